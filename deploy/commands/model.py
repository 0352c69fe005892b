"""How is the classifier's model made, measured, compared and put to work?"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from aiokafka import TopicPartition

from deploy.commands._output import AlwaysJson, AsJson, note, say, show, table
from deploy.failure import Failure, WrongSetting
from services.classifier.model import ARTEFACT, Model, hash_of, load, save
from services.classifier.training import corpus, report, unseen
from services.classifier.training.answers import Answer, answer, answer_unseen
from services.classifier.training.corrected import taught
from services.classifier.training.figures import Figure, by_language, figures
from services.classifier.training.metamorphic import Rate, rates
from services.classifier.training.shadow import differences
from services.intake.screen import screen
from services.watch.reader import bystander, partitions_of, read_to_the_end
from shared.contracts import Classified, Corrected
from shared.envelope import decode, types_of
from shared.failures import Permanent
from shared.settings import KafkaSettings
from shared.topics import CLASSIFIED, CORRECTIONS

app = typer.Typer(no_args_is_help=True, help="Train, measure, compare and promote models.")
CANDIDATE = Path(".cache") / "candidate.npz"
CORRECTED_WEIGHT = 5.0
"""How much a corrected ticket weighs beside one of the corpus."""
ModelFile = Annotated[Path, typer.Option("--model", help="The model artefact.")]


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="Where the candidate goes.")] = CANDIDATE,
    corrected: Annotated[
        Path | None, typer.Option(help="More labelled tickets, from corrections; JSON Lines.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit a candidate on the corpus; the live model stays as it is until it is promoted."""
    from services.classifier.training.train import train as fit  # noqa: PLC0415  # heavy

    tickets = corpus.load_folder(corpus.TRAIN) + corpus.load_folder(corpus.DEVELOPMENT)
    if corrected is not None:
        more = _labelled(corrected)
        tickets += [ticket.model_copy(update={"weight": CORRECTED_WEIGHT}) for ticket in more]
    note(f"fitting on {len(tickets)} tickets; this takes some minutes")
    trained = fit(tickets)
    save(trained.artefact, out)
    named = hash_of(trained.artefact)
    unseen.save(out, named, tickets, trained.unseen)
    done = {"file": str(out), "hash": named, "tickets": len(tickets)}
    say(done) if as_json else note(f"{out}: {done['hash']}")


@app.command()
def corrections(_json: AlwaysJson = True) -> None:
    """What people corrected, as labelled tickets for `train --corrected`; from the topics."""
    from deploy.commands._running import kafka_settings, run  # noqa: PLC0415  # brings Kafka

    lessons = run(_lessons(kafka_settings()))
    for lesson in lessons:
        say(lesson.model_dump(mode="json", exclude={"author", "weight"}))
    note(f"{len(lessons)} tickets were corrected")


async def _lessons(settings: KafkaSettings) -> list[corpus.Labelled]:
    topics = [topic.address(settings.triage_namespace) for topic in (CORRECTIONS, CLASSIFIED)]
    made: list[Corrected] = []
    judged: list[Classified] = []
    async with bystander(settings) as (admin, consumer):
        for topic, numbers in (await partitions_of(admin, topics)).items():
            where = [TopicPartition(topic, number) for number in numbers]
            async for record in read_to_the_end(consumer, where):
                try:
                    data = decode(record, types_of(Corrected, Classified)).data
                except Permanent as failure:
                    note(f"passed over {topic}, offset {record.offset}: {failure.detail}")
                    continue
                if isinstance(data, Corrected):
                    made.append(data)
                elif isinstance(data, Classified):
                    judged.append(data)
    return taught(made, judged)


@app.command()
def evaluate(
    model_file: ModelFile = ARTEFACT,
    as_json: AsJson = False,
    words: Annotated[
        bool, typer.Option(help="Also the rates of words that are no evidence.")
    ] = True,
) -> None:
    """The figures on the part set aside, with sizes and intervals; apart, what it learned from.

    Of the development set and the training tickets: by models that had not seen their author.
    """
    model = _model(model_file)
    aside, development, training = _sets(model, model_file)
    changed = _rates(model) if words else []
    if as_json:
        say(
            {
                "model": model.ref.model_dump(),
                "aside": [asdict(figure) for figure in figures(aside)],
                "languages": {k: [asdict(f) for f in v] for k, v in by_language(aside).items()},
                "development": [asdict(figure) for figure in figures(development)],
                "training": [asdict(figure) for figure in figures(training)],
                "words": [asdict(rate) for rate in changed],
            }
        )
        return
    _show("set aside", figures(aside))
    for language, some in by_language(aside).items():
        _show(f"set aside, {language}", some)
    _show("development set, out of fold", figures(development))
    _show("training tickets, out of fold", figures(training))
    if changed:
        rows = [(r.change, f"{r.decisions:.4f}", f"{r.flags:.4f}", r.size) for r in changed]
        show(table(("words that are no evidence", "decisions", "flags", "tickets"), rows))


@app.command("report")
def write_report(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("report"),
    model_file: ModelFile = ARTEFACT,
    _json: AlwaysJson = True,
) -> None:
    """Tables, pictures, slices and the worst errors, as files."""
    model = _model(model_file)
    aside, development, training = _sets(model, model_file)
    sets = {"aside": aside, "development": development, "training": training}
    for path in report.write(out, sets, _rates(model), f"{model.ref.name} {model.ref.hash}"):
        say({"file": str(path)})


@app.command()
def shadow(
    tickets: Annotated[Path, typer.Argument(help="JSON Lines with id, subject, body.")],
    candidate: Annotated[Path, typer.Option(help="The candidate.")] = CANDIDATE,
    model_file: ModelFile = ARTEFACT,
    _json: AlwaysJson = True,
) -> None:
    """Run a candidate beside the live model: what would go another way, one line each."""
    from deploy.commands._lines import as_model, read_lines  # noqa: PLC0415
    from deploy.commands.classify import Asked  # noqa: PLC0415  # brings its own streams

    asked = []
    for line in read_lines(tickets):
        try:
            asked.append(as_model(line, Asked).redacted)
        except Permanent as fault:
            raise Failure(f"{tickets}, line {line.number}: {fault.detail}") from None
    texts = [(str(ticket.id), ticket.subject, ticket.body) for ticket in asked]
    found = differences(_model(model_file), _model(candidate), texts)
    for difference in found:
        say(asdict(difference))
    note(f"{len(found)} of {len(texts)} tickets would go another way")


@app.command()
def promote(
    candidate: Annotated[Path, typer.Option(help="The candidate.")] = CANDIDATE,
    model_file: ModelFile = ARTEFACT,
) -> None:
    """Make a candidate the live model; running processes take it when they start again."""
    model = _model(candidate)
    shutil.copyfile(candidate, model_file)
    shutil.copyfile(candidate.with_suffix(".sha256"), model_file.with_suffix(".sha256"))
    shutil.copyfile(unseen.beside(candidate), unseen.beside(model_file))
    note(f"{model_file}: {model.ref.hash}")


def _sets(model: Model, file: Path) -> tuple[list[Answer], list[Answer], list[Answer]]:
    try:
        folded = unseen.load(file, model.ref.hash)
        development, training = (
            answer_unseen(model, folded, corpus.load_folder(folder), _screened)
            for folder in (corpus.DEVELOPMENT, corpus.TRAIN)
        )
    except OSError as error:
        raise WrongSetting(f"--model: cannot read {error.filename}: {error.strerror}") from None
    except ValueError as error:
        raise WrongSetting(f"--model: {error}") from None
    return answer(model, corpus.load_folder(corpus.ASIDE), _screened), development, training


def _rates(model: Model) -> list[Rate]:
    """Over the part set aside, and the development set, which the model has seen."""
    return rates(model, corpus.load_folder(corpus.DEVELOPMENT) + corpus.load_folder(corpus.ASIDE))


def _screened(subject: str, body: str) -> bool:
    return screen(subject, body).flag


def _show(title: str, some: Sequence[Figure]) -> None:
    rows = [(f.name, report.number(f.value), report.interval(f), f.size) for f in some]
    show(table((title, "value", "95 % interval", "tickets"), rows))


def _labelled(file: Path) -> list[corpus.Labelled]:
    try:
        return corpus.load_file(file)
    except OSError as error:
        raise WrongSetting(f"cannot read {file}: {error.strerror}") from None
    except ValueError as error:
        raise Failure(str(error)) from None


def _model(file: Path) -> Model:
    try:
        return load(file)
    except OSError as error:
        raise WrongSetting(f"cannot read {error.filename}: {error.strerror}") from None
    except ValueError as error:
        raise WrongSetting(str(error)) from None
