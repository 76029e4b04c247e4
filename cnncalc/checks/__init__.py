"""What is legal but probably wrong; fixes, each tried before it is offered; what counts."""
