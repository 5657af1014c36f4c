package org.resnet4j.nn.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.PointerScope;
import org.resnet4j.arch.Convolution;

/** One convolution's own primitives: its way forward, and both ways back. */
final class Kernel {
  /**
   * Up to so many pixels in a batch the weight gradient of a 1x1 convolution is faster as a product
   * of matrices: oneDNN's convolution loses time on weights that are large beside the maps.
   */
  private static final long FEW_PIXELS = 4096;

  private final Program program;
  private final data_type type;
  private final Weights weights;
  private final Elements elements;
  private final String layer;
  private final Convolution c;
  private final Values in;
  private final Values out;
  private final long[] dims;
  private final long[] stride;
  private final long[] dilation;
  private final long[] padding;
  private final convolution_forward.primitive_desc forward;

  Kernel(
      Program program,
      data_type type,
      Weights weights,
      Elements elements,
      String layer,
      Convolution c,
      Values in,
      Values out) {
    this.program = program;
    this.type = type;
    this.weights = weights;
    this.elements = elements;
    this.layer = layer;
    this.c = c;
    this.in = in;
    this.out = out;
    this.dims = dims(c);
    stride = new long[] {c.stride(), c.stride()};
    dilation = new long[] {c.dilation() - 1, c.dilation() - 1};
    padding = new long[] {c.padding(), c.padding()};
    memory.desc any = new memory.desc(dims, type, format_tag.any);
    // Kept: the ways back ask for it.
    forward =
        program.own(
            c.bias()
                ? new convolution_forward.primitive_desc(
                    program.cpu(),
                    prop_kind.forward_training,
                    algorithm.convolution_direct,
                    in.layout(),
                    any,
                    Weights.vector(c.out()),
                    out.layout(),
                    stride,
                    dilation,
                    padding,
                    padding,
                    program.attributes(),
                    false)
                : new convolution_forward.primitive_desc(
                    program.cpu(),
                    prop_kind.forward_training,
                    algorithm.convolution_direct,
                    in.layout(),
                    any,
                    out.layout(),
                    stride,
                    dilation,
                    padding,
                    padding,
                    program.attributes(),
                    false));
  }

  convolution_forward.primitive_desc forward() {
    return forward;
  }

  Gradient addDataGradient(Gradient gradient, Packing packing) {
    Values result = program.maps(type, in.dims());
    try (PointerScope scope = new PointerScope()) {
      convolution_backward_data.primitive_desc description =
          new convolution_backward_data.primitive_desc(
              program.cpu(),
              algorithm.convolution_direct,
              result.layout(),
              new memory.desc(dims, type, format_tag.any),
              gradient.values().layout(),
              stride,
              dilation,
              padding,
              padding,
              forward,
              program.attributes(),
              false);
      program.add(
          "convolution, data gradient",
          layer,
          out.shape(),
          new convolution_backward_data(description),
          description,
          Map.of(
              DNNL_ARG_DIFF_DST,
              gradient.values(),
              DNNL_ARG_WEIGHTS,
              packing.in(description.weights_desc()),
              DNNL_ARG_DIFF_SRC,
              result));
    }
    return new Gradient(result, true);
  }

  void addWeightGradient(Gradient gradient) {
    if (c.kernel() == 1
        && c.stride() == 1
        && c.padding() == 0
        && c.groups() == 1
        && !c.bias()
        && out.perChannel() <= FEW_PIXELS) {
      addWeightGradientAsProduct(gradient);
    } else {
      addWeightGradientAsConvolution(gradient);
    }
  }

  /** The product of all pixels' gradients, transposed, and all pixels. */
  private void addWeightGradientAsProduct(Gradient gradient) {
    long pixels = out.perChannel();
    long[] left = {c.out(), pixels};
    long[] right = {pixels, c.in()};
    long[] product = {c.out(), c.in()};
    try (PointerScope scope = new PointerScope()) {
      Values rows =
          program.in(gradient.values().piece(), new memory.desc(left, type, format_tag.ba), left);
      Values pixelRows = program.in(in.piece(), new memory.desc(right, type, format_tag.ab), right);
      Values result =
          program.in(
              weights.gradient(layer + ".weight").piece(),
              new memory.desc(product, data_type.f32, format_tag.ab),
              product);
      matmul.primitive_desc description =
          new matmul.primitive_desc(
              program.cpu(),
              rows.layout(),
              pixelRows.layout(),
              result.layout(),
              program.attributes(),
              false);
      program.add(
          "convolution, weight gradient",
          layer,
          out.shape(),
          new matmul(description),
          description,
          Map.of(DNNL_ARG_SRC, rows, DNNL_ARG_WEIGHTS, pixelRows, DNNL_ARG_DST, result));
    }
  }

  private void addWeightGradientAsConvolution(Gradient gradient) {
    try (PointerScope scope = new PointerScope()) {
      memory.desc any = new memory.desc(dims, data_type.f32, format_tag.any);
      convolution_backward_weights.primitive_desc description =
          c.bias()
              ? new convolution_backward_weights.primitive_desc(
                  program.cpu(),
                  algorithm.convolution_direct,
                  in.layout(),
                  any,
                  Weights.vector(c.out()),
                  gradient.values().layout(),
                  stride,
                  dilation,
                  padding,
                  padding,
                  forward,
                  program.attributes(),
                  false)
              : new convolution_backward_weights.primitive_desc(
                  program.cpu(),
                  algorithm.convolution_direct,
                  in.layout(),
                  any,
                  gradient.values().layout(),
                  stride,
                  dilation,
                  padding,
                  padding,
                  forward,
                  program.attributes(),
                  false);
      Values plain = weights.gradient(layer + ".weight");
      memory.desc made = description.diff_weights_desc();
      boolean direct = made.equals(plain.layout());
      Values result = direct ? plain : program.values(made, dims);
      Map<Integer, Values> arguments = new HashMap<>();
      arguments.put(DNNL_ARG_SRC, in);
      arguments.put(DNNL_ARG_DIFF_DST, gradient.values());
      arguments.put(DNNL_ARG_DIFF_WEIGHTS, result);
      if (c.bias()) {
        arguments.put(DNNL_ARG_DIFF_BIAS, weights.gradient(layer + ".bias"));
      }
      program.add(
          "convolution, weight gradient",
          layer,
          out.shape(),
          new convolution_backward_weights(description),
          description,
          arguments);
      if (!direct) {
        elements.reordered("gradient unpacked", layer, result, plain);
      }
    }
  }

  static long[] dims(Convolution c) {
    long k = c.kernel();
    return c.groups() > 1
        ? new long[] {c.groups(), c.out() / c.groups(), c.in() / c.groups(), k, k}
        : new long[] {c.out(), c.in(), k, k};
  }

  /** How weights lie in PyTorch's channels-last: (out, height, width, in). */
  static long[] strides(Convolution c) {
    long ins = c.in() / c.groups();
    long row = c.kernel() * ins;
    long out = c.kernel() * row;
    return c.groups() > 1
        ? new long[] {c.out() / c.groups() * out, out, 1, row, ins}
        : new long[] {out, 1, row, ins};
  }

  /** Gives weights in a layout. */
  interface Packing {
    Values in(memory.desc layout);
  }
}
