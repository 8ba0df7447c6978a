"""What albench announces of its models; light, so that listing imports no torch."""

from __future__ import annotations

from albench.api import Descriptor, Kind, Option, hookimpl, needs

_SERVED = frozenset(needs.NEEDS)

_TRUNK_OPTIONS = (
    Option(
        name="trunk",
        type=str,
        default="resnet50",
        choices=("resnet50", "resnet18", "efficientnet-lite0", "small"),
        help="the convolutional trunk of image streams; 'small' is for images of 8 to 32 pixels",
    ),
    Option(
        name="weights",
        type=str,
        help="'imagenet', 'random', or a .safetensors or .pth file; default imagenet where the "
        "trunk has such weights, else random",
    ),
    Option(
        name="weights_seed",
        type=int,
        default=0,
        minimum=0,
        help="the seed of the random weights of a frozen trunk",
    ),
    Option(
        name="frozen",
        type=bool,
        default=True,
        help="whether trunks never change; their outputs are then computed once and cached",
    ),
    Option(
        name="trunk_lr_scale",
        type=float,
        default=0.1,
        minimum=0.0,
        help="factor on the learning rate of a trunk that starts from trained weights",
    ),
)

_MMFN = Descriptor(
    name="mmfn",
    kind=Kind.MODEL,
    target="albench.models.mmfn:Mmfn",
    summary="streams with channel attention, fused by concatenation",
    provides=_SERVED,
    options=(
        *_TRUNK_OPTIONS,
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
        Option(
            name="share_streams",
            type=bool,
            default=False,
            help="whether modalities whose samples have equal shapes share weights",
        ),
    ),
    citation="Gao et al. 2020, arXiv 2011.00694",
)


@hookimpl
def albench_models() -> tuple[Descriptor, ...]:
    """Return the models that albench ships."""
    return (_MMFN,)
