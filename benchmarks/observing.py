"""What looking on costs: `status` on a long run, and each watcher on each answer.

    python benchmarks/observing.py --answers 100000

A run of the medical standard with raised caps is answered by the items' own good and bad examples, one after another, graded and
journalled as a run does. Then its standing is said from the folder, twice. The watchers are handed the answers of that run; events
and log go to a file, spans to an exporter that keeps nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from evalcenter import events, history, logs, outlets, plugins, spans, specs, status, suites, walk
from evalcenter.marking import Marker
from evalcenter.records import Answer, CandidateSpec, Plan, Response
from evalcenter.watching import Watch


def planned(samples: int) -> Plan:
    """A plan of the medical suite with at least so many samples."""
    held = plugins.load()
    loaded = suites.load(suites.find("medical"), held)
    standard, _ = specs.load_standard("", loaded)
    raised = tuple(replace(r, cap=samples // 2) if r.rule == "evidence" else r for r in standard.requirements)
    spec = CandidateSpec(adapter="openai_http", name="none", model="none", base_url="http://127.0.0.1:1/v1")
    return walk.prepare([loaded], replace(standard, requirements=raised), spec, "observing", held)


def filled(folder: Path, plan: Plan, answers: int) -> None:
    """Write so many graded answers; nine in ten are good, so that little is decided soon."""
    marker = Marker(plugins.load().graders)
    with history.create(folder, plan) as held:
        for position in range(min(answers, len(plan.order))):
            item = plan.items[plan.order[position]]
            told = item.examples.bad if position % 10 == 7 else item.examples.good
            said = Answer(text=told[0].text, prompt_tokens=60, completion_tokens=90, latency_ms=400)
            response = Response(position=position, answers=(said,))
            held.write("response", response)
            held.write("grade", marker.grade(item, response))


def timed(words: str, work: Callable[[], Any], count: int = 1) -> Any:
    """Do it, and print how long it took."""
    begin = time.perf_counter()
    done = work()
    spent = time.perf_counter() - begin
    print(f"{words:<44} {spent:8.2f} s" + (f"  {spent / count * 1e6:6.1f} µs each" if count > 1 else ""))
    return done


def watchers(folder: Path, held: history.Run) -> None:
    """Hand every answer to each watcher."""
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Nowhere(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:  # noqa: ARG002
            return SpanExportResult.SUCCESS

    responses = list(held.responses.values())
    to_events = outlets.appended(folder / "events.jsonl", events.fits)
    to_log = outlets.appended(folder / "run.log", logs.fits)
    tracing = spans.Tracing(exporter=Nowhere())
    watches: dict[str, Watch] = {
        "events": events.Lines(to_events),
        "log": logs.Log(logs.logger(to_log)),
        "spans": spans.Spans(tracing.provider),
    }
    for name, watch in watches.items():
        watch.began(held)
        timed(f"{name}, an answer", lambda watch=watch: [watch.answered(one) for one in responses], len(responses))
    tracing.close()


def main() -> None:
    """Measure."""
    read = argparse.ArgumentParser()
    read.add_argument("--answers", type=int, default=100_000)
    wanted = read.parse_args().answers
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        plan = planned(wanted)
        timed(f"answering {min(wanted, len(plan.order))} of {len(plan.order)}", lambda: filled(folder, plan, wanted))
        size = (folder / "journal.jsonl").stat().st_size
        print(f"the journal holds {size / 1e6:.0f} MB")
        held = timed("history.load", lambda: history.load(folder))
        follower = timed("status: reading", lambda: status.Follower(folder))
        standing = timed("status: the first look", follower.standing)
        timed("status: the next look", follower.standing)
        print(status.as_text(standing))
        watchers(Path(name), held)


if __name__ == "__main__":
    main()
