"""The factor that keeps small gradients above float16's smallest number."""

from dataclasses import dataclass

STEADY_STEPS = 2000  # steps without an overflow after which a larger factor is tried


@dataclass
class LossScale:
    """What the loss is multiplied by (Micikevicius et al., 2018, section 3.2).

    A step whose gradients overflow is left out and halves the factor. `steady` counts the
    steps since the factor last changed; both are part of a checkpoint.
    """

    factor: float = 2.0**15
    steady: int = 0

    def learn(self, finite: bool) -> None:
        """Take note of a step and whether its gradients were finite."""
        self.steady = self.steady + 1 if finite else 0
        if not finite:
            self.factor = max(1.0, self.factor / 2)
        elif self.steady == STEADY_STEPS:
            self.factor, self.steady = self.factor * 2, 0
