"""Layers of the field that cnncalc does not have: what each is, and how to write it, if one can.

One table, beside `suggestions`, which offers no look-alike for a name that stands here.
When a kind is added to cnncalc, its name goes; a test names those that are left over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

SEPARATORS: Final = str.maketrans("", "", "_-. ")


def fold(word: str) -> str:
    """A word without case and separators: `Batch_Norm` and `batchnorm` are one."""
    return word.translate(SEPARATORS).lower()


class Missing(NamedTuple):
    """``why`` follows the name in a sentence. ``recipe``: what to write instead, its code in
    backticks; empty where there is nothing that gives the same figures.
    """

    why: str
    recipe: str = ""


ACTIVATION = "same shape, no params, 0 MACs"

ROWS: Final = (
    # Words of the names; what it is; the recipe. Sources: torch.nn, keras.layers, timm.
    ("separable separable_conv separable_conv2d sepconv separableconvolution",
     "a separable convolution is two layers",
     "write both: `- depthwise_conv: 3`, then `- conv: [64, 1]`"),
    ("lstm gru rnn bilstm convlstm convlstm2d lstmcell grucell simplernn recurrent",
     "recurrent layers repeat over time, and a spec has no time", ""),
    ("attention self_attention selfattention multihead_attention multiheadattention mha mhsa "
     "cross_attention window_attention shifted_window_attention additiveattention non_local "
     "nonlocal", "attention multiplies tensors by tensors, which no layer kind does", ""),
    ("transformer transformer_encoder transformerencoder transformerencoderlayer transformerblock "
     "swin_block swinblock encoder_block vit_block", "attention multiplies tensors by tensors, "
     "which no layer kind does", ""),
    ("embedding position_embedding positional_embedding pos_embed cls_token class_token",
     "there are no weights that are looked up or added to a volume", ""),
    ("patch_embed patch_embedding patchembed patchify",
     "a patch embedding is a convolution whose stride is its kernel",
     "`- conv: {filters: 64, kernel: 4, stride: 4}`"),
    ("patch_merging patchmerging", "patch merging is three layers",
     "`- space_to_depth: 2`, then `- layernorm`, then `- conv: {filters: 128, kernel: 1, "
     "bias: false}`"),
    ("focus", "Focus is two layers", "`- space_to_depth: 2`, then `- conv: [64, 3]`"),
    ("mlp feed_forward feedforward ffn", "an MLP is several layers",
     "write each: `- fc: 256`, then `- gelu`, then `- fc: 64`"),
    ("grn global_response_norm globalresponsenorm",
     "global response normalization divides by norms over the whole image", ""),
    ("rms_norm rmsnorm", "RMS normalization keeps no mean and has no bias", ""),
    ("instance_norm instancenorm2d instancenormalization instancenorm",
     "instance normalization is a groupnorm with one channel per group, without weights by default",
     "give it the number of channels: `- groupnorm: {groups: 64, affine: false}`"),
    ("norm normalization", "the name does not give the normalization",
     "write `batchnorm`, `layernorm` or `groupnorm`"),
    ("l2norm l2_normalize normalize unitnormalization weight_norm weightnorm spectral_norm "
     "pixel_norm pixelnorm powernorm filter_response_norm frn",
     "this normalization is not among batchnorm, layernorm, groupnorm and lrn", ""),
    ("deform_conv deformconv deform_conv2d deformable_conv dcn",
     "a deformable convolution reads a second tensor, its offsets",
     "its weights alone: `- conv: {filters: 64, kernel: 3, padding: 1}`, and the offsets are a "
     "conv of their own"),
    ("locally_connected locallyconnected locallyconnected2d local unshared_conv",
     "a locally connected layer has other weights at each place, a convolution the same", ""),
    ("dynamic_conv dynamicconv condconv involution octave_conv octaveconv ghost_conv ghostconv "
     "partial_conv partialconv masked_conv capsule primarycaps",
     "this convolution has no layer kind; a block of other layers may describe it", ""),
    ("se squeeze_excitation squeeze_excite squeezeexcitation selayer seblock semodule",
     "squeeze-and-excitation is a block of several layers",
     "`cnncalc efficientnet_b0 --source` has one to copy"),
    ("eca cbam coordinate_attention coordatt bam gcblock simam skattention",
     "this channel or spatial attention is a block of several layers; "
     "`multiply` applies the map it computes", ""),
    ("bottleneck basicblock basic_block mbconv inverted_residual invertedresidual fire inception "
     "dense_block denseblock dense_layer denselayer transition c3 c2f c3k2 cspdarknet csp elan "
     "shufflenetunit convnextblock doubleconv double_conv convbnrelu conv_bn_relu cbs",
     "this is a block of several layers, which a spec defines itself",
     "define it under `blocks:`; a shipped net may have it (`cnncalc list`)"),
    ("spp sppf spatial_pyramid_pooling aspp ppm pyramid_pooling",
     "pyramid pooling is a block: a `concat` of pools of several sizes", ""),
    ("roi_pool roipool roi_align roialign", "it reads boxes, which a spec does not have", ""),
    ("max_unpool maxunpool maxunpool2d unpool unpooling",
     "unpooling reads the indices that its pool kept",
     "the shape alone: `- upsample: 2`"),
    ("lp_pool lppool lppool2d fractional_maxpool fractionalmaxpool2d stochastic_pool blurpool "
     "blur_pool soft_pool softpool gem",
     "this pooling is not among maxpool, avgpool and their global and adaptive forms", ""),
    ("selu celu", "it is not among the activations",
     f"`elu` has the same figures ({ACTIVATION}, its input saved)"),
    ("softplus softsign logsigmoid log_sigmoid hardshrink softshrink tanhshrink threshold rrelu "
     "hardtanh squareplus quick_gelu quickgelu erf exp snake star_relu starrelu smelu",
     "it is not among the activations",
     f"`gelu` has the same figures but for memory ({ACTIVATION})"),
    ("log_softmax logsoftmax", "it is not among the activations",
     "`softmax` has the same shape and saves the same"),
    ("softmin", "it is not among the activations", "`softmax` has the same figures"),
    ("glu geglu swiglu reglu", "a gated unit halves the channels",
     "`slice` each half, an activation on one, then `multiply`"),
    ("crelu concatenated_relu", "CReLU doubles the channels",
     "`concat` of two branches, each with a `relu`"),
    ("maxout", "there is no maximum over tensors", ""),
    ("dropout1d dropout2d dropout3d spatial_dropout spatialdropout2d channel_dropout alpha_dropout "
     "alphadropout featurealphadropout dropblock gaussian_dropout gaussiandropout gaussian_noise "
     "gaussiannoise",
     "it is not among the kinds; in inference it does nothing",
     "`dropout` has the same shape; its mask in training is larger than that of whole channels"),
    ("reshape unflatten permute transpose rearrange squeeze unsqueeze expand",
     "a volume always is its channels and then its sizes, in this order",
     "to a vector: `flatten`; channels and pixels exchanged: `space_to_depth`, `pixel_shuffle`"),
    ("cropping2d", "Keras' Cropping2D takes what is cut off, `crop` the size that stays",
     "give the size that stays: `- crop: 24`"),
    ("reflection_pad reflectionpad2d replication_pad replicationpad2d circularpad2d constantpad2d",
     "the only padding layer is `pad`, with zeros",
     "`- pad: 1` has the same shape, params and MACs"),
    ("stack", "stacking makes a new axis, and a volume has the axes of the input",
     "along the channels: `concat`"),
    ("sub subtract minus div divide maximum minimum average mean matmul bmm dot einsum bilinear "
     "cosine_similarity", "of the operations on tensors there are `add`, `multiply` and `concat`",
     ""),
    ("loss crossentropy crossentropyloss cross_entropy mse mseloss nll nllloss accuracy argmax "
     "detect yolo nms anchor priorbox detectionoutput",
     "what follows the last layer (loss, boxes, labels) is not part of a spec", ""),
    ("data input_layer inputlayer imagedata", "the input is a key of the spec, not a layer",
     "write `input: 224x224x3` above `layers:`"),
    ("lambda custom module sequential modulelist moduledict",
     "a spec names every layer; groups of steps are blocks", "define it under `blocks:`"),
    ("quant quantstub dequant dequantstub fakequantize", "a spec has no quantization layers; the "
     "option `--dtype int8` gives the bytes", ""),
    ("grid_sample gridsample affine_grid spatial_transformer stn deformable",
     "sampling at places that the net computes has no layer kind", ""),
    ("mamba ssm s4 selective_scan fourier fft fft2 dct wavelet dwt",
     "this operation has no layer kind", ""),
)  # fmt: skip

MISSING: Final[dict[str, Missing]] = {
    fold(word): Missing(why, recipe) for words, why, recipe in ROWS for word in words.split()
}


def missing_kind(label: str, known: Iterable[str] = ()) -> Missing | None:
    """What to say of a layer that cnncalc does not have, by its name, a number behind it or not;
    None for every other name, and for one that is ``known`` here but for case and separators.
    """
    if len(label) > 60:
        return None
    plain = re.sub(r"_?\d+[a-z]?$", "", label)
    names = [fold(word.rpartition(".")[2]) for word in (label, plain)]
    if MISSING.keys().isdisjoint(names):
        return None
    legal = {fold(word) for word in known}
    for folded in names:
        if folded in legal:
            return None
        if folded in MISSING:
            return MISSING[folded]
    return None


def recipe_of(missing: Missing | None) -> tuple[str, ...]:
    """What to write for a layer that cnncalc does not have, where there is something."""
    return (f"{missing.why}; {missing.recipe}",) if missing and missing.recipe else ()
