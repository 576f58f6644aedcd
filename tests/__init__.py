"""The tests: a package of its own name, because some libraries install one that is called so, too."""
