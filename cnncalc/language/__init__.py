"""Tree → `Spec`: keys checked, steps and blocks recognised; nothing expanded, no shapes yet.

model     what a spec is: values only
operands  the values written in it: expressions, lists, mappings
shapes    shape literals
labels    `conv1_1` → conv, `1_1`
names     what a text defines and reads
values    expressions, lists and references, and what they read
keys      the step keys: name, from, repeat, if, expect, share
layers    the fields of layer steps
steps     the steps of a text, one class of step a method
fixes     what to offer for a mistake of form; late: imported when there is one
blocks    signatures, calls, and which block uses which
claims    expect, published, training
reader    the file as a whole, and `extends`
"""
