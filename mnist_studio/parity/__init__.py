"""The parity check: do all frameworks compute the same training from the same start?"""
