package org.resnet4j.nn.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.javacpp.PointerScope;

/** Adds the steps of pools. */
final class Pools {
  private static final long[] NONE = {0, 0};

  private final Program program;
  private final data_type type;
  private final Elements elements;

  Pools(Program program, data_type type, Elements elements) {
    this.program = program;
    this.type = type;
    this.elements = elements;
  }

  /** A pool over windows that may hang over the lower and right border. */
  Made pool(
      String layer,
      algorithm how,
      Values in,
      long[] window,
      long stride,
      long before,
      long height,
      long width) {
    Values out = program.maps(type, in.images(), in.channels(), height, width);
    long[] strides = {stride, stride};
    long[] ahead = {before, before};
    long[] behind = {
      Math.max(0, (height - 1) * stride + window[0] - in.height() - before),
      Math.max(0, (width - 1) * stride + window[1] - in.width() - before)
    };
    try (PointerScope scope = new PointerScope()) {
      pooling_forward.primitive_desc forward =
          program.own(
              new pooling_forward.primitive_desc(
                  program.cpu(),
                  prop_kind.forward_training,
                  how,
                  in.layout(),
                  out.layout(),
                  strides,
                  window,
                  NONE,
                  ahead,
                  behind,
                  program.attributes(),
                  false));
      Map<Integer, Values> workspace =
          how == algorithm.pooling_max ? program.workspace(forward.workspace_desc()) : Map.of();
      Map<Integer, Values> arguments = new HashMap<>(workspace);
      arguments.put(DNNL_ARG_SRC, in);
      arguments.put(DNNL_ARG_DST, out);
      program.add("pool", layer, in.shape(), new pooling_forward(forward), forward, arguments);
      return new Made(
          out,
          true,
          (gradient, wanted) -> {
            Values result = program.maps(type, in.dims());
            try (PointerScope inner = new PointerScope()) {
              pooling_backward.primitive_desc back =
                  new pooling_backward.primitive_desc(
                      program.cpu(),
                      how,
                      result.layout(),
                      gradient.values().layout(),
                      strides,
                      window,
                      NONE,
                      ahead,
                      behind,
                      forward,
                      program.attributes(),
                      false);
              Map<Integer, Values> backArguments = new HashMap<>(workspace);
              backArguments.put(DNNL_ARG_DIFF_DST, gradient.values());
              backArguments.put(DNNL_ARG_DIFF_SRC, result);
              program.add(
                  "pool, gradient",
                  layer,
                  in.shape(),
                  new pooling_backward(back),
                  back,
                  backArguments);
            }
            return elements.given(layer, new Gradient(result, true), wanted);
          });
    }
  }
}
