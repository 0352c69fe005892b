"""`python -m services.classifier ordinary` or `python -m services.classifier security`."""

from __future__ import annotations

import sys
from pathlib import Path

from services.classifier.app import ordinary_works, security_works
from services.classifier.model import Model
from services.classifier.model import load as load_model
from services.classifier.settings import ClassifierSettings
from shared.process import run
from shared.settings import load, stop

ROLES = ("ordinary", "security")


def main(arguments: list[str]) -> None:
    if arguments not in (["ordinary"], ["security"]):
        stop(f"usage: python -m services.classifier {'|'.join(ROLES)}")
    settings = load(ClassifierSettings)
    model = model_or_stop(settings.triage_model_file)
    if arguments == ["security"]:
        run("classifier-security", settings, settings, lambda: security_works(settings, model))
    else:
        run("classifier", settings, settings, lambda: ordinary_works(settings, model))


def model_or_stop(path: Path) -> Model:
    """The model, or one line with the setting and exit 2."""
    try:
        return load_model(path)
    except OSError as error:
        stop(f"TRIAGE_MODEL_FILE: cannot read {error.filename}: {error.strerror}")
    except ValueError as error:
        stop(f"TRIAGE_MODEL_FILE: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
