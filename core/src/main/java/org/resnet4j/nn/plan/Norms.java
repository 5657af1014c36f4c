package org.resnet4j.nn.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.javacpp.PointerScope;

/** Adds the steps of batch norms; statistics, scales, shifts and their gradients are fp32. */
final class Norms {
  // Torchvision's, timm's and the paper's code agree on it.
  private static final float EPSILON = 1e-5f;

  private final Program program;
  private final data_type type;
  private final Weights weights;
  private final Elements elements;

  /** The mean and variance of a batch, of each channel. */
  record Moments(Values mean, Values variance) {}

  Norms(Program program, data_type type, Weights weights, Elements elements) {
    this.program = program;
    this.type = type;
    this.weights = weights;
    this.elements = elements;
  }

  /**
   * A batch norm, and the ReLU behind it in the same passes over memory.
   *
   * @param in stays as it is: the way back reads it
   */
  Made batchNorm(String layer, Values in, boolean relu, Moments moments) {
    Values scale = weights.parameter(layer + ".weight", moments.mean().layout(), in.channels());
    Values shift = weights.parameter(layer + ".bias", moments.mean().layout(), in.channels());
    Values out = program.maps(type, in.dims());
    int flags =
        normalization_flags.use_scale.value
            | normalization_flags.use_shift.value
            | (relu ? normalization_flags.fuse_norm_relu.value : 0);
    try (PointerScope scope = new PointerScope()) {
      batch_normalization_forward.primitive_desc forward =
          program.own(
              new batch_normalization_forward.primitive_desc(
                  program.cpu(),
                  prop_kind.forward_training.value,
                  in.layout(),
                  out.layout(),
                  EPSILON,
                  flags,
                  program.attributes(),
                  false));
      Map<Integer, Values> arguments = new HashMap<>();
      arguments.put(DNNL_ARG_SRC, in);
      arguments.put(DNNL_ARG_SCALE, scale);
      arguments.put(DNNL_ARG_SHIFT, shift);
      arguments.put(DNNL_ARG_MEAN, moments.mean());
      arguments.put(DNNL_ARG_VARIANCE, moments.variance());
      arguments.put(DNNL_ARG_DST, out);
      Map<Integer, Values> workspace = program.workspace(forward.workspace_desc());
      arguments.putAll(workspace);
      String what = relu ? "batch norm and ReLU" : "batch norm";
      program.add(
          what, layer, in.shape(), new batch_normalization_forward(forward), forward, arguments);
      return new Made(
          out,
          true,
          (gradient, wanted) -> {
            Values result =
                gradient.overwritable() ? gradient.values() : program.maps(type, in.dims());
            try (PointerScope inner = new PointerScope()) {
              batch_normalization_backward.primitive_desc back =
                  new batch_normalization_backward.primitive_desc(
                      program.cpu(),
                      prop_kind.backward.value,
                      result.layout(),
                      gradient.values().layout(),
                      in.layout(),
                      EPSILON,
                      flags,
                      forward,
                      program.attributes(),
                      false);
              Map<Integer, Values> backArguments = new HashMap<>(workspace);
              backArguments.put(DNNL_ARG_SRC, in);
              backArguments.put(DNNL_ARG_SCALE, scale);
              backArguments.put(DNNL_ARG_MEAN, moments.mean());
              backArguments.put(DNNL_ARG_VARIANCE, moments.variance());
              backArguments.put(DNNL_ARG_DIFF_DST, gradient.values());
              backArguments.put(DNNL_ARG_DIFF_SRC, result);
              backArguments.put(DNNL_ARG_DIFF_SCALE, weights.gradient(layer + ".weight"));
              backArguments.put(DNNL_ARG_DIFF_SHIFT, weights.gradient(layer + ".bias"));
              program.add(
                  what + ", gradient",
                  layer,
                  in.shape(),
                  new batch_normalization_backward(back),
                  back,
                  backArguments);
            }
            return elements.given(layer, new Gradient(result, true), wanted);
          });
    }
  }

  Moments moments(long channels) {
    try (PointerScope scope = new PointerScope()) {
      memory.desc layout = Weights.vector(channels);
      return new Moments(program.values(layout, channels), program.values(layout, channels));
    }
  }
}
