"""What a dataset's env_spec says of how it was recorded, against the contract it is said to be under."""

from importers.refused import Refused

PREPROCESSING = "AtariPreprocessing"


def check_environment(spec, contract):
    """Remarks on what cannot be checked. @raises Refused on what the spec says otherwise than the contract"""
    if not spec:
        return ["the file does not say how it was recorded (no env_spec): it is as the contract says"]
    recorded = {**defaults_of(str(spec.get("id", ""))), **dictionary(spec.get("kwargs"))}
    wrappers = [wrapper for wrapper in spec.get("additional_wrappers") or [] if isinstance(wrapper, dict)]
    preprocessing = next((dictionary(one.get("kwargs")) for one in wrappers if one.get("name") == PREPROCESSING), None)
    says = statements(recorded, preprocessing)
    for field, (name, value) in says.items():
        if value != contract[field]:
            raise Refused(f"env_spec.{name}", f"was recorded with {value}, the contract's {field} is {contract[field]}")
    if preprocessing is None and contract["max_pool_last"] > 1:
        return ["the environment did not pool frames (no AtariPreprocessing), the contract does"]
    return []


def statements(recorded, preprocessing):
    """Field of the contract → (name in the spec, what it says of it)."""
    says = {}
    if isinstance(recorded.get("game"), str):
        says["game"] = ("game", recorded["game"])
    if isinstance(recorded.get("repeat_action_probability"), (int, float)):
        says["sticky_action_probability"] = ("repeat_action_probability", recorded["repeat_action_probability"])
    if isinstance(recorded.get("full_action_space"), bool):
        says["action_set"] = ("full_action_space", "full" if recorded["full_action_space"] else "minimal")
    skip = recorded.get("frameskip")
    if isinstance(skip, list):
        raise Refused("env_spec.frameskip", "was recorded with a random number of frames a step")
    if preprocessing is not None:
        inner = preprocessing.get("frame_skip", 4)
        says["max_pool_last"] = (f"{PREPROCESSING}.frame_skip", 2 if inner > 1 else 1)
        skip = skip * inner if isinstance(skip, int) else None
    if isinstance(skip, int):
        says["frame_skip"] = ("frameskip", skip)
    return says


def defaults_of(environment):
    """What Gymnasium's registered names stand for where the spec leaves it out."""
    name = environment.split("/")[-1]
    if name.endswith("-v5"):
        return {"frameskip": 4, "repeat_action_probability": 0.25, "full_action_space": False}
    return {}


def dictionary(value):
    return value if isinstance(value, dict) else {}
