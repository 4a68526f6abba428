"""What the commands of `endcap` do, one module each; imported only by the one that runs."""
