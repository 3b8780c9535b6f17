"""Choose the checkpoint that a run resumes or starts from."""

from mmengine.config import Config

from res2net_mm.checkpoints import open_checkpoint

from .runs.latest_checkpoint import checkpoint_to_resume, named_checkpoint


def set_checkpoint(cfg: Config, resume: str | bool) -> list[str]:
    """Set ``load_from``, ``resume`` and the seed of a config.

    A run that is to be resumed but has saved nothing yet starts as the config says.

    Args:
        cfg: The config, changed in place.
        resume: A checkpoint, True for the last whole one of the work directory, or False for what
            the config says.

    Returns:
        What to log, a line each.

    Raises:
        UserError: The checkpoint cannot be read or resumed from.
    """
    began_from = cfg.get('load_from')
    if resume is False:
        resume = cfg.get('resume', False) and (began_from or True)
    cfg.resume = False
    if resume is False or resume is None:  # an empty name is refused below
        if not began_from:
            return []
        open_checkpoint(began_from)  # refused now, and not once the data is read
        return [f'starting from the weights of {began_from}']
    found, messages = (
        checkpoint_to_resume(cfg.work_dir) if resume is True else (named_checkpoint(resume), [])
    )
    if found is None:
        messages.append(f'{cfg.work_dir} holds no checkpoint to resume from: the run starts anew')
        return messages + ([f'starting from the weights of {began_from}'] if began_from else [])
    cfg.load_from, cfg.resume = str(found.path), True
    # MMEngine takes the seed from the checkpoint only after it has built the data loaders.
    cfg.randomness = {**(cfg.get('randomness') or {}), 'seed': found.meta.get('seed')}
    messages.append(f'resuming from {cfg.load_from}')
    if began_from not in (None, cfg.load_from):
        messages.append(f'load_from={began_from}, where the run began, is not loaded again')
    return messages
