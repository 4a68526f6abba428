"""What is searchable and how it is stored; imports no other package of Endcap."""
