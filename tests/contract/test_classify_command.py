"""Does `triage classify` keep to its outside interface?"""

from __future__ import annotations

import json
import subprocess
import sys

INPUT = [
    '{"id": "t1", "subject": "Logo", "body": "Where do I set the invoice logo?"}',
    "{broken",
    '{"subject": "no id"}',
    "",
    '{"id": 7, "subject": null, "body": "", "extra": true}',
]
FIELDS = {
    *("id", "scope", "confidence", "decided", "security", "security_reasons", "security_by"),
    *("product_area", "extension", "findings", "model"),
}


def run(text, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "deploy.commands", "classify", *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


def test_bad_lines_are_named_by_number_and_the_rest_goes_on():
    done = run("\n".join(INPUT))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == ["t1", 7]
    assert all(line.keys() == FIELDS for line in lines)
    assert "line 2: " in done.stderr
    assert "line 3: " in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 1


def test_a_model_that_is_not_there_is_one_clear_line():
    done = run("", "--model", "nowhere.npz")
    assert done.returncode == 2
    assert done.stderr.strip() == "--model: cannot read nowhere.npz: No such file or directory"


def test_a_ticket_is_answered_before_the_next_one_is_written():
    command = [sys.executable, "-m", "deploy.commands", "classify", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        for number in range(2):
            run.stdin.write(f'{{"id": {number}, "subject": "Logo", "body": "Where is it set?"}}\n')
            run.stdin.flush()
            assert json.loads(run.stdout.readline())["id"] == number
        run.stdin.close()
        assert run.wait(60) == 0
