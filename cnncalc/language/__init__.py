"""Tree → `Spec`: keys checked, steps and blocks recognised; nothing expanded, no shapes yet.

vocabulary   names, labels, keys, reserved words
spec         what a spec is: values only
expressions  the arithmetic of a value
quantities   stated figures, and how computed ones are shown
shapes       shape literals
context      what is known of the whole file, and the scope of a place
names        what a text defines and reads
operands     the values written in a spec: expressions, lists, mappings
step_keys    the keys of any step: name, from, repeat, if, expect, share
layer_steps  the fields of layers
blocks       signatures, calls, and which block uses which
steps        lists of steps, merges, containers
claims       expect, published, training
file_keys    the keys of a file
reader       the file as a whole, and a second look at one with errors
bases        the file that an `extends` names
overrides    `--input` and `--set`
spec_files   the specs in a folder; recognition: whether a text is one
rules        errors, their manual pages, the fixes of form errors
"""
