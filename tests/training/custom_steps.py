"""Models with a training step of their own, on each backend."""

import keras
import numpy as np
from keras import layers, ops

from tests.training.model_zoo import CLASSES, FEATURES
from tests.training.references import BACKEND, autograd

if BACKEND == "tensorflow":
    import tensorflow as tf
if BACKEND == "jax":
    import jax


class CustomStep(keras.Model):
    """The step of the Keras guides, with a penalty on the outputs of its own."""

    def __init__(self, **options):
        super().__init__(**options)
        self.hidden = layers.Dense(5, activation="relu", name="hidden")
        self.head = layers.Dense(CLASSES, activation="softmax", name="head")
        self.seen_loss = keras.metrics.Mean(name="loss")

    def call(self, x, training=None):
        return self.head(self.hidden(x))

    @property
    def metrics(self):
        return [self.seen_loss]

    def penalised(self, y, y_pred):
        penalty = 0.01 * ops.sum(ops.square(y_pred))
        return ops.mean(keras.losses.sparse_categorical_crossentropy(y, y_pred)) + penalty

    def train_step(self, *arguments):
        return getattr(self, f"_{BACKEND}_step")(*arguments)

    def _tensorflow_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.penalised(y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        self.seen_loss.update_state(loss)
        return {"loss": self.seen_loss.result()}

    def _torch_step(self, data):
        x, y = data
        self.zero_grad()
        loss = self.penalised(y, self(x, training=True))
        loss.backward()
        import torch

        with torch.no_grad():
            gradients = [v.value.grad for v in self.trainable_weights]
            self.optimizer.apply(gradients, self.trainable_weights)
        self.seen_loss.update_state(loss)
        return {"loss": self.seen_loss.result()}

    def _jax_loss(self, trainable, non_trainable, x, y):
        y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=True)
        return self.penalised(y, y_pred), non_trainable

    def _jax_step(self, state, data):
        trainable, non_trainable, optimizer, metrics = state
        x, y = data
        compute = jax.value_and_grad(self._jax_loss, has_aux=True)
        (loss, non_trainable), gradients = compute(trainable, non_trainable, x, y)
        trainable, optimizer = self.optimizer.stateless_apply(optimizer, gradients, trainable)
        metrics = self.seen_loss.stateless_update_state(metrics, loss)
        logs = {"loss": self.seen_loss.stateless_result(metrics)}
        return logs, (trainable, non_trainable, optimizer, metrics)


def custom_step():
    model = CustomStep()
    model.compile("adam")
    return model


def custom_loss(model, x, y, sample_weight=None):
    return lambda: model.penalised(y, model(x, training=True))


class Gan(keras.Model):
    """A generator and a discriminator, each with its optimizer."""

    def __init__(self, **options):
        super().__init__(**options)
        self.generator = keras.Sequential(
            [
                keras.Input((3,)),
                layers.Dense(5, activation="relu", name="g_hidden"),
                layers.Dense(FEATURES, name="g_out"),
            ],
            name="generator",
        )
        self.discriminator = keras.Sequential(
            [
                keras.Input((FEATURES,)),
                layers.Dense(5, activation="tanh", name="d_hidden"),
                layers.Dense(1, name="d_out"),
            ],
            name="discriminator",
        )
        self.seed_generator = keras.random.SeedGenerator(3)
        self.d_loss = keras.metrics.Mean(name="d_loss")
        self.g_loss = keras.metrics.Mean(name="g_loss")
        self.built = True

    def compile(self, d_optimizer, g_optimizer):
        super().compile()
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer
        d_optimizer.build(self.discriminator.trainable_variables)
        g_optimizer.build(self.generator.trainable_variables)

    @property
    def metrics(self):
        return [self.d_loss, self.g_loss]

    def call(self, real):
        return self.discriminator(real)

    def noise(self, like):
        return keras.random.normal(
            (like.shape[0] or ops.shape(like)[0], 3), seed=self.seed_generator
        )

    def discriminator_loss(self, real, noise):
        fake = self.discriminator(self.generator(noise))
        return ops.mean(ops.softplus(fake)) + ops.mean(ops.softplus(-self.discriminator(real)))

    def generator_loss(self, noise):
        return ops.mean(ops.softplus(-self.discriminator(self.generator(noise))))

    def train_step(self, *arguments):
        return getattr(self, f"_{BACKEND}_step")(*arguments)

    def _logs(self, d_loss, g_loss):
        self.d_loss.update_state(d_loss)
        self.g_loss.update_state(g_loss)
        return {"d_loss": self.d_loss.result(), "g_loss": self.g_loss.result()}

    def _tensorflow_step(self, real):
        noise = self.noise(real)
        with tf.GradientTape() as tape:
            d_loss = self.discriminator_loss(real, noise)
        weights = self.discriminator.trainable_variables
        self.d_optimizer.apply(tape.gradient(d_loss, weights), weights)
        with tf.GradientTape() as tape:
            g_loss = self.generator_loss(noise)
        weights = self.generator.trainable_variables
        self.g_optimizer.apply(tape.gradient(g_loss, weights), weights)
        return self._logs(d_loss, g_loss)

    def _torch_step(self, real):
        import torch

        noise = self.noise(real)
        losses = []
        for part, optimizer, compute in (
            (self.discriminator, self.d_optimizer, lambda: self.discriminator_loss(real, noise)),
            (self.generator, self.g_optimizer, lambda: self.generator_loss(noise)),
        ):
            self.zero_grad()
            loss = compute()
            loss.backward()
            with torch.no_grad():
                weights = part.trainable_weights
                optimizer.apply([v.value.grad for v in weights], weights)
            losses.append(loss.detach())
        return self._logs(*losses)

    def _jax_step(self, state, real):
        """Sub-models by `StatelessScope`, each differentiated by itself."""
        trainable, non_trainable, optimizer, metrics = state
        split = len(self.generator.trainable_variables)
        generator, discriminator = list(trainable[:split]), list(trainable[split:])
        frozen = list(zip(self.non_trainable_variables, non_trainable, strict=True))
        with keras.StatelessScope(state_mapping=frozen) as scope:
            noise = self.noise(real)
        non_trainable = [
            value if (new := scope.get_current_value(v)) is None else new for v, value in frozen
        ]

        def within(g, d, compute):
            values = [*zip(self.trainable_variables, [*g, *d], strict=True), *frozen]
            with keras.StatelessScope(state_mapping=values):
                return compute()

        d_loss, gradients = jax.value_and_grad(
            lambda d: within(generator, d, lambda: self.discriminator_loss(real, noise))
        )(discriminator)
        count = len(self.d_optimizer.variables)
        discriminator, d_state = self.d_optimizer.stateless_apply(
            optimizer[:count], gradients, discriminator
        )
        g_loss, gradients = jax.value_and_grad(
            lambda g: within(g, discriminator, lambda: self.generator_loss(noise))
        )(generator)
        generator, g_state = self.g_optimizer.stateless_apply(
            optimizer[count:], gradients, generator
        )
        split = len(self.d_loss.variables)
        metrics = [
            *self.d_loss.stateless_update_state(metrics[:split], d_loss),
            *self.g_loss.stateless_update_state(metrics[split:], g_loss),
        ]
        logs = {"d_loss": d_loss, "g_loss": g_loss}
        return logs, ([*generator, *discriminator], non_trainable, [*d_state, *g_state], metrics)


if BACKEND == "jax":
    # The JAX trainer reads the state of `model.optimizer` alone.
    class _Both:
        built = True

        def __init__(self, *optimizers):
            self.optimizers = optimizers

        @property
        def variables(self):
            return [v for optimizer in self.optimizers for v in optimizer.variables]


def gan():
    model = Gan()
    # The discriminator without a state of its own: `gan_gradients` updates it by one step.
    model.compile(keras.optimizers.SGD(0.02), keras.optimizers.Adam(0.01))
    if BACKEND == "jax":
        model.optimizer = _Both(model.d_optimizer, model.g_optimizer)
    return model


def gan_gradients(model, x, y, sample_weight):
    """The discriminator's gradients, and the generator's behind the discriminator's update."""
    with keras.StatelessScope():
        noise = model.noise(x)
    d, g = model.discriminator.trainable_variables, model.generator.trainable_variables
    of_d = autograd(lambda: model.discriminator_loss(x, noise), d)
    model.d_optimizer.apply([ops.convert_to_tensor(gradient) for gradient in of_d], d)
    of_g = autograd(lambda: model.generator_loss(noise), g)
    return dict(zip([v.path for v in d + g], map(np.asarray, of_d + of_g), strict=True))
