"""The rules: one function per diagnostic, its docstring the manual page.

A rule here only *words* what another room has found (`values.wrong_type`, `shapes.…`), or, in
`advice`, looks for it in a finished network. Rooms import the rules they raise, nothing more.
"""
