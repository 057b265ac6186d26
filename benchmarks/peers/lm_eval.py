"""lm-eval: a task file over the lines of JSON, its own `local-chat-completions` model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from benchmarks.peers import INSIDE, Asked, Call, program

TASK = """\
task: bench
dataset_path: json
dataset_kwargs:
  data_files:
    test: {questions}
test_split: test
output_type: generate_until
doc_to_text: "{{{{prompt}}}}"
doc_to_target: "{{{{gold}}}}"
process_results: !function lm_eval_includes.includes
metric_list:
  - metric: includes
    aggregation: mean
    higher_is_better: true
"""


def call(asked: Asked) -> Call:
    """Its command line with a task folder of its own."""
    tasks, results = asked.out / "tasks", asked.out / "results"
    tasks.mkdir()
    (tasks / "bench.yaml").write_text(TASK.format(questions=json.dumps(str(asked.questions))), encoding="utf-8")
    shutil.copy(INSIDE / "lm_eval_includes.py", tasks)  # `!function` looks beside the task file
    url = f"{asked.base_url}/chat/completions"
    command = (
        *(program("lm-eval", "lm-eval"), "run", "--tasks", "bench", "--include_path", tasks, "--output_path", results),
        *("--model", "local-chat-completions"),
        *("--model_args", f"model=bench,base_url={url},num_concurrent={asked.slots}"),
        "--apply_chat_template",  # the model takes nothing but messages
    )
    return Call(command, lambda _: right(results), {"OPENAI_API_KEY": "none"})


def right(results: Path) -> int:
    """From its result file."""
    told = json.loads(next(results.rglob("results_*.json")).read_bytes())
    return round(told["results"]["bench"]["includes,none"] * told["n-samples"]["bench"]["effective"])
