"""The record of what was done to a case, in a form the other side can check without this tool.

    log.py         custody.jsonl, the append-only chain of events        events.py    their types and accounts
    merkle.py      RFC 6962 trees                                        checkpoint.py  signed heads and the seal
    signature.py   ssh-keygen -Y                                         stamp.py     RFC 3161 through openssl
    manifest.py    manifest.sha256, case.sha256                          rehash.py    the evidence against its manifest
    verify.py      everything together, never raising                    scripts.py   the same in sh and PowerShell
    proof.py       one line shown without the rest                       run_context.py  what `run.start` says
    salt.py        the per-case key                                      export.py    the folder to hand over

`docs/custody.md` explains the formats, the order of writing and the limits.
"""
