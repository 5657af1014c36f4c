package org.resnet4j.nn.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.Map;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_backward_data;
import org.bytedeco.dnnl.inner_product_backward_weights;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.PointerScope;

/** Adds the steps of the linear layer at the end. */
final class Head {
  private final Program program;
  private final Weights weights;

  Head(Program program, Weights weights) {
    this.program = program;
    this.weights = weights;
  }

  /** The linear layer, of feature maps of one pixel, all in fp32. */
  Made linear(String layer, Values in, Values out) {
    long images = in.images();
    long features = in.channels();
    long classes = out.dims()[1];
    long[] dims = {classes, features};
    try (PointerScope scope = new PointerScope()) {
      memory.desc rows =
          program.own(new memory.desc(new long[] {images, features}, data_type.f32, format_tag.nc));
      memory.desc plain = new memory.desc(dims, data_type.f32, format_tag.oi);
      Values master = weights.parameter(layer + ".weight", plain, dims);
      Values bias = weights.bias(layer, classes);
      Values pooled = program.in(in.piece(), rows, images, features);
      inner_product_forward.primitive_desc forward =
          program.own(
              new inner_product_forward.primitive_desc(
                  program.cpu(),
                  prop_kind.forward_training,
                  rows,
                  master.layout(),
                  bias.layout(),
                  out.layout(),
                  program.attributes(),
                  false));
      program.add(
          "linear",
          layer,
          out.shape(),
          new inner_product_forward(forward),
          forward,
          Map.of(
              DNNL_ARG_SRC,
              pooled,
              DNNL_ARG_WEIGHTS,
              master,
              DNNL_ARG_BIAS,
              bias,
              DNNL_ARG_DST,
              out));
      return new Made(
          out,
          false,
          (gradient, wanted) -> {
            Values result = program.maps(data_type.f32, images, features, 1, 1);
            try (PointerScope inner = new PointerScope()) {
              inner_product_backward_weights.primitive_desc byWeights =
                  new inner_product_backward_weights.primitive_desc(
                      program.cpu(),
                      rows,
                      master.layout(),
                      bias.layout(),
                      gradient.values().layout(),
                      forward,
                      program.attributes(),
                      false);
              program.add(
                  "linear, weight gradient",
                  layer,
                  out.shape(),
                  new inner_product_backward_weights(byWeights),
                  byWeights,
                  Map.of(
                      DNNL_ARG_SRC,
                      pooled,
                      DNNL_ARG_DIFF_DST,
                      gradient.values(),
                      DNNL_ARG_DIFF_WEIGHTS,
                      weights.gradient(layer + ".weight"),
                      DNNL_ARG_DIFF_BIAS,
                      weights.gradient(layer + ".bias")));
              inner_product_backward_data.primitive_desc byData =
                  new inner_product_backward_data.primitive_desc(
                      program.cpu(),
                      rows,
                      master.layout(),
                      gradient.values().layout(),
                      forward,
                      program.attributes(),
                      false);
              program.add(
                  "linear, data gradient",
                  layer,
                  out.shape(),
                  new inner_product_backward_data(byData),
                  byData,
                  Map.of(
                      DNNL_ARG_DIFF_DST,
                      gradient.values(),
                      DNNL_ARG_WEIGHTS,
                      master,
                      DNNL_ARG_DIFF_SRC,
                      program.in(result.piece(), rows, images, features)));
            }
            return new Gradient(result, true);
          });
    }
  }
}
