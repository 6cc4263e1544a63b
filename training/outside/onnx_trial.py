"""A graph of ONNX run once, in a process of its own under limits: by its path (``python onnx_trial.py``), with what it needs on stdin.

The input is a line of JSON (``feeds``: for each input its name, type and shape, several sizes of batches one after the other; ``most``: the
largest number of values of all outputs) and then the graph. It answers with a line of JSON: for each size the shapes of the outputs, or
``wrong``, what ONNX Runtime says.
"""

import json
import sys

MEMORY = 2**32                                    # bytes that the process may have; where the system lets that be limited


def _limit() -> None:
    try:
        import resource
    except ImportError:                           # Windows: the time is limited by who waits
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):                 # a system that knows no such limit
        return


def main() -> None:
    """Read, run, answer."""
    asked, graph = json.loads(sys.stdin.buffer.readline()), sys.stdin.buffer.read()
    import numpy as np
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as errors
    _limit()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    kinds = (errors.Fail, errors.InvalidArgument, errors.InvalidGraph, errors.InvalidProtobuf, errors.NotImplemented,
             errors.RuntimeException, MemoryError, ValueError)
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        found = []
        for feeds in asked["feeds"]:
            r = np.random.default_rng(0)
            given = {name: r.random(shape).astype(kind) for name, kind, shape in feeds}
            outputs = session.run(None, given)
            if sum(o.size for o in outputs) > asked["most"]:
                raise ValueError("its outputs are too large")
            found.append([list(o.shape) for o in outputs])
        print(json.dumps({"shapes": found}))
    except kinds as e:
        print(json.dumps({"wrong": "it takes too much memory" if isinstance(e, MemoryError) or "bad_alloc" in str(e) else str(e)[:500]}))


if __name__ == "__main__":
    main()
