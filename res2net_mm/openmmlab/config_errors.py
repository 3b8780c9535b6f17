"""Make one error about the config of whatever goes wrong before what it describes runs."""

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from res2net_mm.errors import UserError, brief


class ConfigErrors(Hook):
    """A context around what is built from a config; what it raises until a run begins is refused.

    A config is code with values of any kind in it, and what MMEngine and the toolboxes raise over a
    wrong one is anything. To be told of the beginning it must be registered as a hook; an exception
    after that is not the config's and keeps its traceback.

    Args:
        cfg: The config.
        what: What is done with it, as a phrase that follows 'config X'.

    Raises:
        UserError: On leaving, in place of any other exception.
    """

    priority = 'HIGHEST'

    def __init__(self, cfg: Config, what: str) -> None:
        self._of, self._what, self._begun = cfg.filename or 'given', what, False

    def __enter__(self) -> 'ConfigErrors':
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if self._begun or not isinstance(error, Exception) or isinstance(error, UserError):
            return
        raise UserError(
            f'config {self._of} {self._what}: {brief(error)} (--debug shows where)'
        ) from error

    def before_train(self, runner: Runner) -> None:
        """Note that training begins."""
        self._begun = True

    def before_test(self, runner: Runner) -> None:
        """Note that testing begins."""
        self._begun = True
