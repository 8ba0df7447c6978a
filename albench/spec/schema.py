"""What a specification may say: frozen models, each key with its meaning and range."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.functional_validators import BeforeValidator

from albench.api.nearest import did_you_mean
from albench.metrics import chosen
from albench.metrics.catalogue import PRIMARY
from albench.spec.annotators import AnnotatorSpec  # noqa: TC001  # pydantic reads it
from albench.spec.judging import AskedMetrics, Compare, ComparedMetric, EqualWithin, Judging
from albench.spec.prices import Prices, about_prices
from albench.spec.published import (  # pydantic reads the annotations when the file is validated
    Claim,
    DataTable,
    Published,
    PublishedTable,
)
from albench.spec.section import Count, Distinct, Key, Name, SpecTable
from albench.spec.splitting import SplitSpec  # noqa: TC001  # pydantic reads it
from albench.spec.training import Training
from albench.spec.traps import Trap  # noqa: TC001
from albench.strategies import catalogue

PluginName = Annotated[StrictStr, Field(min_length=1)]
Options = dict[str, Any]  # checked against the plugin's own descriptor when the plan is made


def _is_amount(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a count (a whole number) or a share (0.05 is 5 %)")  # noqa: TRY004  # pydantic collects ValueErrors only
    if isinstance(value, int):
        if value < 1:
            raise ValueError("a count must be at least 1")
    elif not 0.0 < value <= 1.0:
        raise ValueError("a share must be above 0 and at most 1 (write a count without a point)")
    return value


Amount = Annotated[int | float, BeforeValidator(_is_amount)]
"""A whole number is a count, a number with a point a share: ``20`` or ``0.1``."""


ImportPath = Annotated[StrictStr, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
_PER_CLASS = re.compile(r"(one|[1-9][0-9]*) per class")


def _is_initial(value: object) -> object:
    if isinstance(value, list):
        return _subjects(value)
    if isinstance(value, str):
        count = _PER_CLASS.fullmatch(value)
        if count is None:
            raise ValueError(
                'as text it is a count per class: "one per class", "2 per class" (to name '
                "subjects, write a list)"
            )
        # One spelling, so that one budget has one identity.
        return f"{count[1].replace('one', '1')} per class"
    if isinstance(value, int) and not isinstance(value, bool) and value == 0:
        return 0
    return _is_amount(value)


def _subjects(names: list[object]) -> list[str]:
    odd = [name for name in names if isinstance(name, bool) or not isinstance(name, str | int)]
    if not names or odd:
        raise ValueError("a list of first subjects holds names: texts or whole numbers")
    subjects = [str(name) for name in names]
    if len(set(subjects)) < len(subjects):
        raise ValueError("a list of first subjects names each once")
    return sorted(subjects)


Initial = Annotated[int | float | str | list[str], BeforeValidator(_is_initial)]
"""An `Amount`, 0, a count per class, or the subjects themselves."""


class ModalitySpec(SpecTable):
    """``[cohorts.C.modalities.M]``: one kind of measurement."""

    loader: PluginName
    options: Options = Field(default_factory=dict)


class CohortSpec(SpecTable):
    """``[cohorts.C]``: modalities joined on subject."""

    modalities: Annotated[dict[Name, ModalitySpec], Field(min_length=1)]
    test: Amount = 0.2
    """Test subjects, stratified by class: a share or a count."""
    split: SplitSpec | None = None
    """More about the split than how many are tested."""
    evaluate: Literal["subject", "candidate"] = "subject"
    """Score subjects (the mean of their candidates' probabilities) or candidates."""
    classes: Annotated[list[Key], Field(min_length=2), Distinct] | None = None
    """The classes in their order; None takes those found, sorted."""
    ordered: StrictBool = False
    """Whether the order means something: reports then score the distance too; no identity.

    It must then be given, unless labels are numbers.
    """
    exclude_classes: Annotated[list[Key], Distinct] = Field(default_factory=list)
    """Classes whose subjects are left out."""
    min_subjects_per_class: Annotated[Count, Field(ge=0)] = 0
    """Classes with fewer subjects are left out, counted over those who have all modalities."""
    label_noise: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """The share of training labels that are wrong, drawn by sample of the first modality in use."""
    incomplete: Literal["drop", "mask"] = "drop"
    """Subjects who lack a modality in use are left out, or take part with what they have."""
    cost: Prices = Field(default_factory=dict)
    """What measuring a modality of a subject, and its ``label``, cost; empty if nobody says."""
    annotators: list[AnnotatorSpec] = Field(default_factory=list)
    """Who answers when labels are bought; the majority counts. Empty for labels as they are."""
    show_pictures: StrictBool = False
    """Whether samples that are pictures may be shown in reports, with their subjects; no identity.

    Only for simulated or public data: pixels can hold names, and a picture can be a person's.
    """
    optional: StrictBool = False
    """Skip the cohort, with the reason, where a loader is not installed."""

    @model_validator(mode="after")
    def _labels_go_wrong_in_one_way(self) -> CohortSpec:
        if self.annotators and self.label_noise:
            raise ValueError("label_noise and annotators exclude each other: give one annotator")
        if self.annotators and not any(one.terms().keys() - {"number"} for one in self.annotators):
            raise ValueError("annotators without an error or an abstention have no effect")
        return self

    @model_validator(mode="after")
    def _prices_what_it_has(self) -> CohortSpec:
        if problem := about_prices(self.cost, list(self.modalities)):
            raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def _sizes_no_split_that_is_given(self) -> CohortSpec:
        split = self.split
        says_who = split is not None and (split.is_given or split.folds is not None)
        if says_who and "test" in self.model_fields_set:
            raise ValueError("test has no effect beside a split that says who is tested")
        return self

    @model_validator(mode="after")
    def _excludes_no_class_that_it_lists(self) -> CohortSpec:
        both = [name for name in self.classes or () if name in self.exclude_classes]
        if both:
            raise ValueError(f"{both[0]!r} is in both classes and exclude_classes")
        return self


class ModelSpec(SpecTable):
    """``[models.M]``: a fusion model and its training."""

    plugin: PluginName
    options: Options = Field(default_factory=dict)
    training: Training = Training()
    standardise: StrictBool = True
    """Centre and scale vectors and trunk outputs by the training part's statistics."""


class StrategySpec(SpecTable):
    """``[strategies.S]``: a query strategy."""

    plugin: PluginName
    options: Options = Field(default_factory=dict)


class BudgetSpec(SpecTable):
    """``[budgets.B]``: how many labels are bought, and when."""

    initial: Initial = 0.1
    """The first labelled set: a share, a count, ``"one per class"``, or a list of subjects."""
    query: Amount = 0.025
    stop: Amount = 1.0
    of: Literal["candidates", "subjects", "cost"] = "candidates"
    """What is counted: candidates, or subjects with all their candidates, or what these cost."""
    known: Annotated[list[Name], Distinct] = Field(default_factory=list)
    """The modalities that subjects come with; the others are bought. Empty: all come with it."""
    first: Literal["random", "stratified"] = "random"
    """How the initial set is drawn: uniformly, or from the classes in turn."""

    @model_validator(mode="after")
    def _draws_what_it_says(self) -> BudgetSpec:
        is_drawn = isinstance(self.initial, int | float) and self.initial != 0
        if "first" in self.model_fields_set and not is_drawn:
            raise ValueError(f"first has no effect with initial = {self.initial!r}: remove it")
        return self

    @model_validator(mode="after")
    def _pays_for_what_is_not_known(self) -> BudgetSpec:
        if self.known and self.of != "cost":
            raise ValueError('known needs of = "cost": modalities are bought for their price')
        return self

    @model_validator(mode="after")
    def _begins_with_an_amount_of_cost(self) -> BudgetSpec:
        if self.of == "cost" and not isinstance(self.initial, int | float):
            raise ValueError(
                'with of = "cost", initial is a cost, a share of what all cost, or 0; '
                'first = "stratified" draws from the classes in turn'
            )
        return self


class MatrixEntry(SpecTable):
    """``[[matrix]]``: a full product; several entries make a matrix that is not rectangular."""

    cohorts: Annotated[list[Name], Field(min_length=1), Distinct]
    modalities: (
        Annotated[
            list[Annotated[list[Name], Field(min_length=1), Distinct]],
            Field(min_length=1),
            Distinct,
        ]
        | None
    ) = None
    """Sets of modalities; None takes all modalities of the cohort as one set."""
    models: Annotated[list[Name], Field(min_length=1), Distinct]
    exclude_strategies: Annotated[list[StrictStr], Distinct] = Field(default_factory=list)
    """Left out of ``strategies = "all"``."""
    strategies: Annotated[list[StrictStr], Field(min_length=1), Distinct]
    """Names or labels; ``"all"`` stands for every strategy that ships with albench."""
    budgets: Annotated[list[Name], Field(min_length=1), Distinct]

    @field_validator("exclude_strategies")
    @classmethod
    def _ships(cls, names: list[str]) -> list[str]:
        shipped = shipped_strategies()
        for name in names:
            if name not in shipped:
                hint = did_you_mean(name, shipped) or "."
                raise ValueError(
                    f"{name!r} does not ship with albench{hint} There are: {', '.join(shipped)}"
                )
        return names

    @field_validator("strategies", mode="before")
    @classmethod
    def _all(cls, value: object, info: ValidationInfo) -> object:
        excluded = info.data.get("exclude_strategies", [])  # absent where it is itself wrong
        if value == "all":
            return _all_but(excluded)
        if isinstance(value, str):
            raise ValueError('must be a list of strategies, or "all"')  # noqa: TRY004  # pydantic collects ValueErrors only
        if excluded:
            raise ValueError('exclude_strategies needs strategies = "all"')
        return value


def _all_but(excluded: list[str]) -> list[str]:
    names = [name for name in shipped_strategies() if name not in excluded]
    if not names:
        raise ValueError("exclude_strategies leaves no strategy")
    return names


def shipped_strategies() -> list[str]:
    """Return the names that ``strategies = "all"`` stands for.

    Returns
    -------
    list of str
        Those that ship with albench, whatever else is installed.
    """
    return [descriptor.name for descriptor in catalogue.every()]


class Limits(SpecTable):
    """``[limits]``: when a cell is stopped; no part of a cell's identity."""

    cell_seconds: Annotated[float, Field(gt=0)] = 21600.0
    memory_mb: Annotated[float, Field(gt=0)] | None = None
    """The largest resident memory of one cell, in MiB; None leaves it to the system."""


class Benchmark(SpecTable):
    """A whole specification."""

    name: Name
    title: StrictStr = ""
    question: StrictStr = ""
    seed: Annotated[StrictInt, Field(ge=0)] = 0
    repetitions: Annotated[StrictInt, Field(ge=1, le=1000)]
    cohorts: Annotated[dict[Name, CohortSpec], Field(min_length=1)]
    models: Annotated[dict[Name, ModelSpec], Field(min_length=1)]
    strategies: dict[Name, StrategySpec] = Field(default_factory=dict)
    budgets: Annotated[dict[Name, BudgetSpec], Field(min_length=1)]
    matrix: Annotated[list[MatrixEntry], Field(min_length=1)]
    limits: Limits = Limits()
    compare: Compare | None = None
    """Strategies that the report compares with each other; None for the best few."""
    equal_within: EqualWithin | None = None
    """A difference that is of no practical matter; None for one test subject of each cohort."""
    allow_import: Annotated[list[ImportPath], Distinct] = Field(default_factory=list)
    """Packages, modules or classes that options may name, beside those that anybody may."""
    primary_metric: ComparedMetric = PRIMARY
    """The metric that the report's answer goes by; it calls the others secondary."""
    metrics: AskedMetrics = ()
    """The metrics that the report is about, the first of them its headline; also plugins' own."""
    traps: tuple[Trap, ...] = ()
    tables: tuple[PublishedTable, ...] = ()
    data_tables: tuple[DataTable, ...] = ()
    claims: tuple[Claim, ...] = ()

    @property
    def published(self) -> Published:
        """Everything that is taken from papers."""
        return Published(tables=self.tables, data_tables=self.data_tables, claims=self.claims)

    @property
    def judging(self) -> Judging:
        """How its results are judged."""
        return Judging(
            compare=self.compare or (),
            equal_within=self.equal_within,
            primary_metric=self.primary_metric,
            metrics=self.metrics,
        )

    @field_validator("metrics")
    @classmethod
    def _can_be_computed(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if problem := chosen.unknown(name):
                raise ValueError(problem)
        return names

    @model_validator(mode="after")
    def _has_one_headline(self) -> Benchmark:
        names_primary = "primary_metric" in self.model_fields_set
        if names_primary and self.metrics and self.metrics[0] != self.primary_metric:
            raise ValueError(
                f"primary_metric is {self.primary_metric!r}, but metrics begins with "
                f"{self.metrics[0]!r}, which is the headline: leave out primary_metric"
            )
        return self
