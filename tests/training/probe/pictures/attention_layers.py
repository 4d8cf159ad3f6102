"""Attention layers as users and KerasHub write them: none of them is one of Keras's own classes."""

import keras
from keras import layers, ops


class GroupedHeads(layers.Layer):
    """The structure of KerasHub's Gemma: projections, a Softmax layer, heads that share keys."""

    def __init__(self, heads=4, shared=2, size=3, fused=False, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.heads, self.shared, self.size, self.fused = heads, shared, size, fused
        self.dropout = layers.Dropout(dropout)

    def build(self, shape):
        def projection(equation, output, name):
            layer = layers.EinsumDense(equation, output_shape=output, name=name)
            layer.build(shape if name != "out" else (None, None, self.heads, self.size))
            return layer

        self.query = projection("btd,dnh->btnh", (None, self.heads, self.size), "query")
        self.key = projection("bsd,dkh->bskh", (None, self.shared, self.size), "key")
        self.value = projection("bsd,dkh->bskh", (None, self.shared, self.size), "value")
        self.out = projection("btnh,nhd->btd", (None, shape[-1]), "out")
        self.softmax = layers.Softmax(dtype="float32")
        self.built = True

    def logits(self, x):
        """[samples, shared, heads / shared, queries, keys]"""
        query = self.query(x) * self.size**-0.5
        shape = ops.shape(query)
        query = ops.reshape(
            query, (-1, shape[1], self.shared, self.heads // self.shared, self.size)
        )
        return ops.einsum("btkgh,bskh->bkgts", query, self.key(x))

    def mask(self, x):
        length = x.shape[1]
        return ops.tril(ops.ones((length, length), "bool"))[None, None]

    def call(self, x, training=None):
        if self.fused:
            arguments = self.query(x), self.key(x), self.value(x)
            return self.out(ops.dot_product_attention(*arguments, mask=self.mask(x)))
        scores = self.softmax(self.logits(x), mask=self.mask(x)[:, None])
        scores = self.dropout(ops.cast(scores, x.dtype), training=training)
        found = ops.einsum("bkgts,bskh->btkgh", scores, self.value(x))
        return self.out(ops.reshape(found, (-1, x.shape[1], self.heads, self.size)))

    def scores(self, x):
        """[samples, heads, queries, keys], the slow and obvious way."""
        scores = self.softmax(self.logits(x), mask=self.mask(x)[:, None])
        return ops.reshape(scores, (-1, self.heads, x.shape[1], x.shape[1]))


class Unsure(GroupedHeads):
    """Nothing tells what its softmax is: not the name of its class, and no product follows."""

    def call(self, x):
        return x + ops.sum(self.softmax(self.logits(x)))


class Flattened(layers.Layer):
    """Heads in the batch axis and a product that Keras does not see; only its name says what it is."""

    def __init__(self, heads=2, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads

    def scores(self, x):
        """[samples, heads, queries, keys]"""
        samples, length, features = x.shape
        split = ops.reshape(x, (samples, length, self.heads, features // self.heads))
        split = ops.transpose(split, (0, 2, 1, 3))
        return ops.softmax(ops.matmul(split, ops.transpose(split, (0, 1, 3, 2)))), split

    def call(self, x):
        _, length, features = x.shape
        split = ops.reshape(x, (-1, length, self.heads, features // self.heads))
        split = ops.reshape(
            ops.transpose(split, (0, 2, 1, 3)), (-1, length, features // self.heads)
        )
        weights = ops.softmax(ops.matmul(split, ops.transpose(split, (0, 2, 1))))
        found = ops.reshape(weights @ split, (-1, self.heads, length, features // self.heads))
        return ops.reshape(ops.transpose(found, (0, 2, 1, 3)), (-1, length, features))


class FlattenedAttention(Flattened):
    """The same with a name that says it."""


class PoolingAttention(layers.Layer):
    """One weight for each position of a sequence, and their sum: no query."""

    def build(self, shape):
        self.rate = layers.Dense(1)
        self.rate.build(shape)
        self.built = True

    def scores(self, x):
        return ops.transpose(ops.softmax(self.rate(x), axis=1), (0, 2, 1))[:, None]

    def call(self, x):
        return ops.sum(ops.softmax(self.rate(x), axis=1) * x, axis=1)


class Router(layers.Layer):
    """A mixture of experts: a softmax over experts, whose product with them is no attention."""

    def build(self, shape):
        self.gate = layers.Dense(3)
        self.gate.build(shape)
        self.experts = self.add_weight(shape=(3, shape[-1], shape[-1]))

    def call(self, x):
        weights = ops.softmax(self.gate(x))
        return ops.einsum("bte,bteh->bth", weights, ops.einsum("bth,ehi->btei", x, self.experts))


class SigmoidAttention(layers.Layer):
    """Attention without a softmax."""

    def call(self, x):
        return ops.matmul(ops.sigmoid(ops.matmul(x, ops.transpose(x, (0, 2, 1)))), x)


class SampleAttention(layers.Layer):
    """Attention between the samples of a batch, for each position: axis 0 is not the batch."""

    def call(self, x):
        x = ops.transpose(x, (1, 0, 2))
        weights = ops.softmax(ops.matmul(x, ops.transpose(x, (0, 2, 1))))
        return ops.transpose(ops.matmul(weights, x), (1, 0, 2))


class Block(layers.Layer):
    """A layer in a block, called once for each name that it has."""

    def __init__(self, attention, **kwargs):
        super().__init__(**kwargs)
        self.attention = attention

    def call(self, x):
        return x + self.attention(x)


def model_of(*made, shape=(5, 6)):
    """A functional model of layers, one after the other."""
    inputs = x = keras.Input(shape)
    for layer in made:
        x = layer(x)
    return keras.Model(inputs, x)
