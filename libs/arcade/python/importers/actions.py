"""Names of a game's actions."""


def action_names(contract):
    """Those of the contract's action set, as the emulator has them."""
    import ale_py
    from ale_py import roms

    emulator = ale_py.ALEInterface()
    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    emulator.loadROM(roms.get_rom_path(contract["game"]))
    full = contract["action_set"] == "full"
    actions = emulator.getLegalActionSet() if full else emulator.getMinimalActionSet()
    return [action.name for action in actions]
