package org.resnet4j.nn.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import java.util.Map;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.PointerScope;

/** Adds the steps of what works element by element, and of what moves elements. */
final class Elements {
  private final Program program;
  private final data_type type;

  Elements(Program program, data_type type) {
    this.program = program;
    this.type = type;
  }

  /** A ReLU; the way back reads what it makes. */
  Made relu(String layer, Values in, boolean overwritable) {
    Values out = overwritable ? in : program.maps(type, in.dims());
    elementwise("ReLU", layer, algorithm.eltwise_relu, 0, in, out);
    return new Made(
        out, false, (gradient, wanted) -> given(layer, reluBack(layer, out, gradient), wanted));
  }

  private Gradient reluBack(String layer, Values made, Gradient gradient) {
    Values result = gradient.overwritable() ? gradient.values() : program.maps(type, made.dims());
    try (PointerScope scope = new PointerScope()) {
      algorithm relu = algorithm.eltwise_relu_use_dst_for_bwd;
      eltwise_forward.primitive_desc forward =
          new eltwise_forward.primitive_desc(
              program.cpu(),
              prop_kind.forward_training,
              relu,
              made.layout(),
              made.layout(),
              0f,
              0f,
              program.attributes(),
              false);
      eltwise_backward.primitive_desc back =
          new eltwise_backward.primitive_desc(
              program.cpu(),
              relu,
              result.layout(),
              gradient.values().layout(),
              made.layout(),
              0f,
              0f,
              forward,
              program.attributes(),
              false);
      program.add(
          "ReLU, gradient",
          layer,
          made.shape(),
          new eltwise_backward(back),
          back,
          Map.of(
              DNNL_ARG_DST, made, DNNL_ARG_DIFF_DST, gradient.values(), DNNL_ARG_DIFF_SRC, result));
    }
    return new Gradient(result, true);
  }

  /** Times a constant. */
  Made scaled(String layer, float factor, Values in, boolean overwritable) {
    Values out = overwritable ? in : program.maps(type, in.dims());
    elementwise("scaling", layer, algorithm.eltwise_linear, factor, in, out);
    return new Made(
        out,
        true,
        (gradient, wanted) -> {
          Values from = gradient.values();
          Values result = gradient.overwritable() ? from : program.maps(type, in.dims());
          elementwise("scaling, gradient", layer, algorithm.eltwise_linear, factor, from, result);
          return given(layer, new Gradient(result, true), wanted);
        });
  }

  /** What says of each image how it is multiplied: 0 drops it; drawn anew for each pass. */
  Values mask(long images) {
    long[] dims = {1, images, 1, 1};
    try (PointerScope scope = new PointerScope()) {
      return program.lent(new memory.desc(dims, type, format_tag.nchw), dims);
    }
  }

  /** Each image times its number in the mask. */
  Made masked(String layer, Values in, boolean overwritable, Values mask) {
    Values out = overwritable ? in : program.maps(type, in.dims());
    multiply("images dropped", layer, in, mask, out);
    return new Made(
        out,
        true,
        (gradient, wanted) -> {
          Values from = gradient.values();
          Values result = gradient.overwritable() ? from : program.maps(type, in.dims());
          multiply("images dropped, gradient", layer, from, mask, result);
          return given(layer, new Gradient(result, true), wanted);
        });
  }

  private void multiply(String operator, String layer, Values in, Values mask, Values out) {
    // An image is one row here: oneDNN is slow where it sees a number for each image of a batch.
    long[] dims = {1, in.images(), 1, in.channels() * in.height() * in.width()};
    try (PointerScope scope = new PointerScope()) {
      memory.desc rows = new memory.desc(dims, type, format_tag.nchw);
      combine(
          operator,
          layer,
          algorithm.binary_mul,
          program.in(in.piece(), rows, dims),
          mask,
          program.in(out.piece(), rows, dims),
          false);
    }
  }

  private void elementwise(
      String operator, String layer, algorithm function, float alpha, Values in, Values out) {
    try (PointerScope scope = new PointerScope()) {
      eltwise_forward.primitive_desc description =
          new eltwise_forward.primitive_desc(
              program.cpu(),
              prop_kind.forward_training,
              function,
              in.layout(),
              out.layout(),
              alpha,
              0f,
              program.attributes(),
              false);
      program.add(
          operator,
          layer,
          in.shape(),
          new eltwise_forward(description),
          description,
          Map.of(DNNL_ARG_SRC, in, DNNL_ARG_DST, out));
    }
  }

  /** The sum of two paths, and the ReLU behind it; its way back is that of the ReLU alone. */
  Made sum(String layer, Made a, Values b, boolean relu) {
    Values out = a.overwritable() ? a.values() : program.maps(type, b.dims());
    combine(
        relu ? "addition and ReLU" : "addition",
        layer,
        algorithm.binary_add,
        a.values(),
        b,
        out,
        relu);
    return relu
        ? new Made(
            out, false, (gradient, wanted) -> given(layer, reluBack(layer, out, gradient), wanted))
        : unchanged(layer, out, true);
  }

  /** What is given is what is made. */
  Made unchanged(String layer, Values values, boolean overwritable) {
    return new Made(values, overwritable, (gradient, wanted) -> given(layer, gradient, wanted));
  }

  /** A gradient as it is wanted. */
  Gradient given(String layer, Gradient gradient, Wanted wanted) {
    Gradient onto = wanted.onto();
    return onto == null ? gradient : met(layer, onto, gradient);
  }

  /** The sum of two gradients that meet. */
  Gradient met(String layer, Gradient a, Gradient b) {
    Gradient into = a.overwritable() ? a : b;
    Gradient other = a.overwritable() ? b : a;
    Values out = into.overwritable() ? into.values() : program.maps(type, into.values().dims());
    combine(
        "gradients added", layer, algorithm.binary_add, into.values(), other.values(), out, false);
    return new Gradient(out, true);
  }

  private void combine(
      String operator, String layer, algorithm how, Values a, Values b, Values out, boolean relu) {
    try (PointerScope scope = new PointerScope()) {
      primitive_attr attributes = program.attributes();
      if (relu) {
        post_ops after = new post_ops();
        after.append_eltwise(algorithm.eltwise_relu, 0f, 0f);
        attributes.set_post_ops(after);
      }
      binary.primitive_desc description =
          new binary.primitive_desc(
              program.cpu(), how, a.layout(), b.layout(), out.layout(), attributes, false);
      program.add(
          operator,
          layer,
          out.shape(),
          new binary(description),
          description,
          Map.of(DNNL_ARG_SRC_0, a, DNNL_ARG_SRC_1, b, DNNL_ARG_DST, out));
    }
  }

  /** The images, which somebody else keeps, as the first layer takes them. */
  Values taken(String layer, Values images) {
    Values out = program.maps(type, images.dims());
    reordered("images taken", layer, images, out);
    return out;
  }

  /** The same feature maps in fp32. */
  Made widened(String layer, Values in) {
    if (type == data_type.f32) {
      return unchanged(layer, in, false);
    }
    Values out = program.maps(data_type.f32, in.dims());
    reordered("conversion", layer, in, out);
    return new Made(
        out,
        true,
        (gradient, wanted) -> {
          Values result = program.maps(type, in.dims());
          reordered("conversion, gradient", layer, gradient.values(), result);
          return new Gradient(result, true);
        });
  }

  /** Adds the same values in another type, layout or place. */
  void reordered(String operator, String layer, Values from, Values to) {
    try (PointerScope scope = new PointerScope()) {
      reordered(operator, layer, from, to, program.attributes());
    }
  }

  /** As {@link #reordered(String, String, Values, Values)}, and what comes with it. */
  void reordered(String operator, String layer, Values from, Values to, primitive_attr attributes) {
    try (PointerScope scope = new PointerScope()) {
      reorder.primitive_desc description =
          new reorder.primitive_desc(from.view(), to.view(), attributes, false);
      program.add(
          operator,
          layer,
          to.shape(),
          new reorder(description),
          description,
          Map.of(DNNL_ARG_FROM, from, DNNL_ARG_TO, to));
    }
  }
}
