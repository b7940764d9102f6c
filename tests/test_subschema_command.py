"""`piste subschema`: what it prints, and how it exits."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from piste import cli

STRING, NUMBER = {"type": "string"}, {"type": "number", "maximum": 0.5}


def files(folder: Path, *schemas: object) -> list[str]:
    names = []
    for number, schema in enumerate(schemas):
        file = folder / f"{number}.json"
        file.write_text(schema if isinstance(schema, str) else json.dumps(schema))
        names.append(str(file))
    return names


@pytest.mark.parametrize(
    ("left", "right", "code", "printed"),
    [
        (STRING, {}, 0, "compatible\n"),
        (
            {"maxLength": 2, "type": "string"},
            {"maxLength": 1},
            1,
            'incompatible, for example: "aa"\n'
            "at $: it may be 2 characters long here, the right schema allows 1 (maxLength)\n",
        ),
        (NUMBER, {"maximum": 0.25, "minimum": 0.1}, 1, "incompatible, for example: 0\nat $: "),
        (
            {"$ref": "other.json"},
            STRING,
            2,
            "undecidable, at $: refers to other.json, which is not there\n",
        ),
    ],
)
def test_an_answer(
    left: object,
    right: object,
    code: int,
    printed: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In words; the exit code says the same."""
    assert cli.main(["subschema", *files(tmp_path, left, right)]) == code
    assert capsys.readouterr().out.startswith(printed)


def test_json_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers are exact."""
    left = '{"enum": [{"a": [1.10, true, "\u00e9"]}]}'
    assert cli.main(["subschema", "--json", *files(tmp_path, left, STRING)]) == 1
    printed = capsys.readouterr().out
    assert '"witness": {"a": [1.10, true, "\u00e9"]}' in printed
    assert json.loads(printed)["verdict"] == "incompatible"
    assert cli.main(["subschema", "--json", *files(tmp_path, {}, {})]) == 0
    assert json.loads(capsys.readouterr().out) == {"verdict": "compatible"}


@pytest.mark.parametrize(
    ("left", "error"),
    [
        ("{", "0.json: not JSON: "),
        ('{"minimum": NaN}', "0.json: not JSON: NaN is not a JSON number"),
        ("[" * 100_000, "0.json: not JSON: "),
        ({"type": "strin"}, "left schema, $.type: "),
    ],
)
def test_bad_input(
    left: object, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names the file, or the side and the path."""
    assert cli.main(["subschema", *files(tmp_path, left, {})]) == 3
    assert error in capsys.readouterr().err


def test_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is named."""
    assert cli.main(["subschema", str(tmp_path / "none.json"), *files(tmp_path, {})]) == 3
    assert "none.json: No such file or directory" in capsys.readouterr().err


def test_the_answer_is_the_same_every_time(tmp_path: Path) -> None:
    """Whatever the hashes of texts are in a process."""
    names = [f"n{number}" for number in range(9)]
    left, right = files(
        tmp_path, {"type": "object", "required": names}, {"properties": {"n4": {"type": "null"}}}
    )
    command = [sys.executable, "-m", "piste", "subschema", left, right]
    printed = {
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=False
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1
