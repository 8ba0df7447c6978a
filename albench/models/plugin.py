"""What albench announces of its models; light, so that listing imports no torch."""

from __future__ import annotations

from pathlib import Path

from albench.api import Descriptor, Kind, Option, hookimpl, needs, tags

_SERVED = frozenset(needs.NEEDS)

_TRUNK = Option(
    name="trunk",
    type=str,
    default="resnet50",
    choices=("resnet50", "resnet18", "efficientnet-lite0", "inception-v3", "small"),
    help="the convolutional trunk of image streams; 'small' is for images of 8 to 32 pixels",
)

_WEIGHTS = (
    Option(
        name="weights",
        type=str,
        choices=("imagenet", "random"),
        help="where the trunk's weights come from; by default imagenet where it has such weights, "
        "else random",
    ),
    Option(
        name="weights_file",
        type=Path,
        help="a .safetensors or .pth file that they come from instead",
    ),
    Option(
        name="weights_seed",
        type=int,
        default=0,
        minimum=0,
        help="the seed of the random weights of a frozen trunk",
    ),
    Option(
        name="trunk_lr_scale",
        type=float,
        default=0.1,
        minimum=0.0,
        help="factor on the learning rate of a trunk that starts from trained weights",
    ),
)


def _frozen(default: bool) -> Option:
    return Option(
        name="frozen",
        type=bool,
        default=default,
        help="whether trunks never change; their outputs are then computed once and cached",
    )


_HEAD = (
    Option(
        name="dropout",
        type=float,
        default=0.5,
        minimum=0.0,
        maximum=0.99,
        help="share of the concatenated vector that is dropped",
    ),
    Option(
        name="hidden",
        type=int,
        default=128,
        minimum=1,
        help="units of the perceptron of a modality of vectors",
    ),
)

_MMFN = Descriptor(
    name="mmfn",
    kind=Kind.MODEL,
    incomplete=True,
    target="albench.models.mmfn:Mmfn",
    summary="streams with channel attention, fused by concatenation",
    provides=_SERVED,
    options=(
        _TRUNK,
        *_WEIGHTS,
        _frozen(default=True),
        Option(
            name="width", type=int, default=256, minimum=1, help="length of each stream's vector"
        ),
        Option(
            name="reduction",
            type=int,
            default=16,
            minimum=1,
            help="how many times narrower the gate's hidden layer is",
        ),
        Option(
            name="gate_bias", type=bool, default=True, help="whether the gate's layers have biases"
        ),
        Option(
            name="pools",
            type=str,
            default="avg",
            choices=("avg", "avg+max"),
            help="what the gate looks at: squeeze-and-excitation, or CBAM's channel gate",
        ),
        Option(
            name="share_streams",
            type=bool,
            default=False,
            help="whether modalities whose samples have equal shapes share weights",
        ),
        Option(
            name="stream_heads",
            type=bool,
            default=False,
            later=True,
            help="whether each modality has a classifier of its own, trained beside the fused one",
        ),
        *_HEAD,
    ),
    citation="Gao et al. 2020, arXiv 2011.00694",
)


_PLAIN = Descriptor(
    name="resnet50",
    kind=Kind.MODEL,
    incomplete=True,
    target="albench.models.plain:Plain",
    summary="ResNet-50, or another trunk, with average pooling and a linear layer",
    provides=_SERVED,
    options=(_TRUNK, *_WEIGHTS, _frozen(default=True), *_HEAD),
    citation="He et al. 2016, arXiv 1512.03385; as baseline: Gao et al. 2020, arXiv 2011.00694",
)

_DLRE = Descriptor(
    name="dlre",
    kind=Kind.MODEL,
    incomplete=True,
    target="albench.models.dlre:Dlre",
    summary="DLRE-like: four convolutions from scratch",
    provides=_SERVED,
    options=(
        Option(
            name="channels",
            type=int,
            default=32,
            minimum=1,
            help="channels of the first convolution; each further one has twice as many",
        ),
        Option(
            name="batch_norm",
            type=bool,
            default=True,
            help="whether each convolution is followed by batch normalisation",
        ),
        Option(
            name="flatten",
            type=bool,
            default=False,
            help="whether the classifier sees every position of the maps, or their average",
        ),
        *_HEAD,
    ),
    citation="after Wang et al. 2019, Gut 68:729",
)

_INCEPTION = Descriptor(
    name="inception-v3",
    kind=Kind.MODEL,
    incomplete=True,
    target="albench.models.inception:InceptionV3",
    summary="Inception-v3 with its auxiliary loss",
    provides=_SERVED,
    options=(
        *_WEIGHTS,
        _frozen(default=False),
        Option(
            name="pixels",
            type=int,
            default=299,
            minimum=75,
            help="side in pixels to which images are resized",
        ),
        Option(
            name="auxiliary_weight",
            type=float,
            default=0.4,
            minimum=0.0,
            help="weight of the auxiliary loss, which needs 299 pixels; 0 is none",
        ),
        *_HEAD,
    ),
    citation="Szegedy et al. 2016, arXiv 1512.00567; as baseline: Xue et al. 2020, PMC7160214",
)

_LOGISTIC = Descriptor(
    name="logistic",
    kind=Kind.MODEL,
    incomplete=True,
    target="albench.models.logistic:Logistic",
    summary="logistic regression on concatenated vectors, solved to convergence",
    provides=_SERVED - {needs.DROPOUT_PROBA},
    tags=frozenset({tags.SOLVED, tags.VECTORS_ONLY, tags.FIXED_EMBEDDINGS}),
    options=(
        Option(
            name="C",
            type=float,
            default=1.0,
            minimum=1e-9,
            help="the inverse of the strength of the L2 penalty, as of scikit-learn",
        ),
        Option(
            name="tol",
            type=float,
            default=1e-6,
            minimum=1e-12,
            help="the slope of the objective at which the solver stops",
        ),
        Option(
            name="max_iter", type=int, default=1000, minimum=1, help="the most steps of the solver"
        ),
    ),
    citation="Hacohen et al. 2022, arXiv 2202.02794",
)


_SKLEARN = Descriptor(
    name="sklearn",
    kind=Kind.MODEL,
    target="albench.models.fitted_classifier:Sklearn",
    summary="any classifier of scikit-learn's kind, on concatenated vectors",
    provides=_SERVED - {needs.DROPOUT_PROBA},
    tags=frozenset({tags.SOLVED, tags.REFITTED, tags.VECTORS_ONLY}),
    settle="albench.models.classifier_choice:settle",
    options=(
        Option(
            name="classifier",
            type=str,
            required=True,
            imports=("sklearn",),
            help="the import path of its class, such as sklearn.ensemble.RandomForestClassifier",
        ),
        Option(
            name="parameters",
            type=dict,
            help="its keyword arguments: a table, or a list of key=value",
        ),
    ),
    citation="Pedregosa et al. 2011, JMLR 12:2825",
)


@hookimpl
def albench_models() -> tuple[Descriptor, ...]:
    """Return the models that albench ships."""
    return (_MMFN, _PLAIN, _DLRE, _INCEPTION, _LOGISTIC, _SKLEARN)
