"""Programs that are run by hand or by `cargo xtask`, from the root of the repository.

No service imports anything from here.
"""
