"""Files to resources: no content brings the reading down."""

import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from piste.specs_command.folder import File, read_folder
from piste.specs_command.reading import read_plan

from .files import write_plan

ODD: list[Any] = [
    *(None, True, 0, -1, 2**70, 1.5, "", " ", "\0", "x" * 300, [], {}, [[]], [None], [{}], {"": 0}),
    *({"$ref": None}, [{"$ref": "\0"}], [{"$ref": "../" * 50}], {"source": []}, "iglu:a/b/c/1-0-0"),
    *(
        {"tracked": None},
        {"tracked": [0]},
        {"tracked": {"a": 1}},
        "🎿",
        {"self": 7},
        {"$schema": []},
    ),
]


def places(json: Any) -> list[tuple[Any, Any]]:
    """Each container in it, with a name or position."""
    names = json.keys() if isinstance(json, dict) else range(len(json))
    found = [(json, name) for name in names]
    for one in json.values() if isinstance(json, dict) else json:
        if isinstance(one, dict | list):
            found += places(one)
    return found


@pytest.mark.parametrize("seed", range(10))
def test_odd_values_anywhere_are_problems_or_fine(seed: int, tmp_path: Path) -> None:
    """And what is fine has a document and a form."""
    chance = random.Random(seed)
    write_plan(tmp_path, "com.acme")
    files, problems = read_folder(tmp_path)
    assert problems == []
    for _ in range(150):
        changed = [File(file.path, file.text, deepcopy(file.json)) for file in files]
        for _ in range(chance.choice([1, 1, 2, 4])):
            container, name = chance.choice(places(chance.choice(changed).json))
            if chance.random() < 0.2 and isinstance(container, dict):
                container[chance.choice(["x", "", "data", "$ref"])] = chance.choice(ODD)
            else:
                container[name] = deepcopy(chance.choice(ODD))
        plan, found = read_plan(changed)
        assert all(str(problem).startswith("data-") for problem in found)
        if found:
            continue
        paths = {one.id: one.path for one in plan.applications}
        for application in plan.applications:
            assert application.form()["id"] == application.document()["resourceName"]
        for product in plan.products:
            document = product.document(lambda id_: paths[id_])  # noqa: B023
            assert document["resourceName"] == product.form()["id"]


def test_an_odd_file_as_a_whole_is_a_problem() -> None:
    """Whatever its type."""
    for value in ODD:
        _, problems = read_plan([File("data-products/x.yaml", "", value)])
        assert problems
