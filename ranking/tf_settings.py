"""TensorFlow's threads, set before its first operation; imported by every module that uses it."""

import tensorflow as tf

# The model's work is a small matrix product: handing it to a second thread costs more than it
# saves, and on a busy machine the two wait for each other.
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
