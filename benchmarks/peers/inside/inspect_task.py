"""Read by `inspect eval`: the questions as a data set, its own `includes` as the scorer."""

from inspect_ai import Task, task
from inspect_ai.dataset import FieldSpec, json_dataset
from inspect_ai.scorer import includes
from inspect_ai.solver import generate


@task
def bench(questions: str) -> Task:
    """One sample a line."""
    fields = FieldSpec(input="prompt", target="gold", id="number")
    return Task(dataset=json_dataset(questions, fields), solver=generate(), scorer=includes())
