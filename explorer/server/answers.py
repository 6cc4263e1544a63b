"""What the list of runs and a run's opening are answered with. Codes and directions are base64 of float32."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from training.metric_registry import FigureTold

from ..latent.neighbours import FirstCode


class RunRow(TypedDict):
    """What the picker tells of a run. ``own``: it did not come with the program; ``description``: its owner's words; ``group``: what its
    data set is of ("digits"), "" where that stands for itself. ``headline``: None where it was not measured; ``attributes``: how many its
    images are labelled by; ``elsewhere``: it was trained with another program, and without a ``dataset_title`` none of its images are
    here; ``changed``: the share of A − B + C that shows what was asked for; ``frechet_ratio``: its samples' Fréchet distance in units of
    that of as many real images; ``levels``: resolutions, coarse to fine; ``prior``: what its samples are drawn from, LatentSpec's."""

    name: str
    title: str
    description: str
    own: bool
    family: str
    family_title: str
    dataset: str
    dataset_title: str
    group: str
    elsewhere: bool
    shape: list[int]
    w_dim: int
    num_layers: int
    encodes: bool
    stochastic: bool
    prior: str
    num_classes: int
    levels: list[int]
    headline: FigureTold | None
    attributes: int
    changed: float | None
    frechet_ratio: float | None
    images_seen: int
    finished: bool
    parameters: int
    views: list[str]


class RunsAnswer(TypedDict):
    """All runs; which would be opened first, and by view where another shows more; a sentence for each folder that is none; whether this
    visitor may train."""

    runs: list[RunRow]
    first: str | None
    firsts: dict[str, str]
    problems: dict[str, str]
    training: bool


class CodeSlice(TypedDict):
    """A slice of the code with a meaning of its own (training/model.py, Code); ``low`` and ``high``: the range seen in training."""

    name: str
    start: int
    size: int
    kind: Literal["continuous", "categorical"]
    low: float
    high: float


class Spec(TypedDict):
    """What a model can do (training/model.py, LatentSpec)."""

    shape: list[int]
    z_dim: int
    w_dim: int
    num_layers: int
    num_classes: int
    codes: list[CodeSlice]
    encodes: bool
    stochastic: bool
    reads: bool
    levels: list[int]
    noise: list[int]
    pixel_noise: bool
    palette: int
    prior: Literal["normal", "uniform", "fitted", "mapped"]


class CardNote(TypedDict):
    """One thing that is told of a data set (training/model.py, Note)."""

    kind: str
    n: int
    name: str
    low: float
    high: float


class CardData(TypedDict):
    """The data set of a run (training/model.py, DataSpec)."""

    name: str
    title: str
    shape: list[int]
    classes: list[str]
    attributes: list[tuple[str, list[str]]]
    attribution: str
    fingerprint: str
    notes: list[CardNote]


class CardMetric(TypedDict):
    """A figure, its unit, and how it was taken."""

    value: float
    unit: str
    protocol: str


class CardSeeds(TypedDict):
    """The seeds that a run was chosen from: by what, and what each had."""

    tried: list[int]
    chosen_by: str
    signs: list[float]
    figures: dict[str, list[float]]


class CardTold(TypedDict):
    """A run's card (training/card.py, Card)."""

    format_version: int
    name: str
    family: str
    config: dict[str, Any]
    data: CardData
    spec: Spec
    title: str
    images_seen: int
    seconds: float
    hardware: str
    seed: int
    seeds: CardSeeds | None
    recipe: str
    trained_in: str
    bf16_ratio: float
    init_from: str
    source: str
    code_version: str
    created: str
    metrics: dict[str, CardMetric]
    carried: dict[str, dict[str, float]]
    headline: str
    parameters: int
    weights_sha256: str
    precision: str


class Slider(TypedDict):
    """One of the strongest directions of a run's codes, of unit length; ``sigma``: their deviation along it, ``share``: of their variance;
    ``label``, ``low`` and ``high``: what it was measured to change, None where nothing clear came out, by ``effect`` from -2 to 2 sigma;
    ``also``: what else, strongest first."""

    vector: str
    sigma: float
    share: float
    label: str | None
    effect: float
    low: str | None
    high: str | None
    also: list[str]


class DatasetTold(TypedDict):
    """What held-out images a run can be shown with, and how their sprite sheets are laid out: ``tile``: height and width of one."""

    name: str
    title: str
    classes: list[str]
    attributes: list[tuple[str, list[str]]]
    attribution: str
    n: int
    tile: tuple[int, int]
    columns: int
    per_sheet: int
    sheets: int
    channels: int


class UmapTold(TypedDict):
    """What the shipped map was laid out with."""

    n_neighbors: int


class RunAnswer(TypedDict):
    """All that the page needs to open a run. ``mathml``: the equation typeset; ``views``: that can show it; ``headline``: the figure that
    the picker shows; ``truncates``: whether it keeps a mean of W; ``scale``: of its codes; ``points``: held-out images with a code;
    ``projections``: maps, the best first; ``other_images``: whether the images are another set than the one it was trained on."""

    card: CardTold
    paper: str
    equation: str
    mathml: str
    summary: str
    family_title: str
    spec: Spec
    views: list[str]
    headline: FigureTold | None
    mean: str
    truncates: bool
    scale: float
    directions: list[Slider]
    points: int
    projections: list[str]
    umap: UmapTold | None
    dataset: DatasetTold | None
    other_images: bool
    default: FirstCode
