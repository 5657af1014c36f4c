package org.resnet4j.nn.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.deconvolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.resnet4j.arch.Convolution;

/**
 * Adds the steps of convolutions: feature maps are channels-last and of the program's type, weights
 * and their gradients fp32.
 */
final class Convolutions {
  private final Program program;
  private final data_type type;
  private final Weights weights;
  private final Elements elements;
  private final Pools pools;

  Convolutions(Program program, data_type type, Weights weights, Elements elements, Pools pools) {
    this.program = program;
    this.type = type;
    this.weights = weights;
    this.elements = elements;
    this.pools = pools;
  }

  private Kernel kernel(String layer, Convolution c, Values in, Values out) {
    return new Kernel(program, type, weights, elements, layer, c, in, out);
  }

  Made convolution(String layer, Convolution c, Values in) {
    boolean thinning = c.kernel() == 1 && c.stride() > 1 && c.padding() == 0;
    return thinning ? thinned(layer, c, in) : whole(layer, c, in);
  }

  /**
   * A 1x1 convolution of every stride-th pixel: of what is left when the others are gone. oneDNN's
   * kernels without a stride are faster; and with one its weight gradient writes beyond its scratch
   * memory where the channels do not fill a vector (3.11: {@code jit_1x1}, several threads).
   */
  private Made thinned(String layer, Convolution c, Values in) {
    Convolution every =
        new Convolution(c.in(), c.out(), 1, 1, 0, c.dilation(), c.groups(), c.bias());
    if (!Thinning.possible(in, c.stride())) {
      long height = length(in.height(), c);
      long width = length(in.width(), c);
      algorithm mean = algorithm.pooling_avg_exclude_padding;
      Made thin = pools.pool(layer, mean, in, new long[] {1, 1}, c.stride(), 0, height, width);
      Made made = whole(layer, every, thin.values());
      return new Made(
          made.values(),
          true,
          (gradient, wanted) -> {
            Wanted more = wanted.any() ? Wanted.ALONE : Wanted.NOTHING;
            Gradient by = made.back().from(gradient, more);
            return wanted.any() ? thin.back().from(by, wanted) : by;
          });
    }
    Thinning thinning = new Thinning(program, type, elements, layer, in, c.stride(), 0, 0);
    Made made = whole(layer, every, thinning.taken());
    return new Made(
        made.values(),
        true,
        (gradient, wanted) -> {
          if (wanted.onto() == null) {
            made.back().from(gradient, Wanted.NOTHING);
            return wanted.any() ? addDataGradient(layer, c, in, gradient, wanted) : gradient;
          }
          Gradient thin = made.back().from(gradient, Wanted.ALONE);
          return thinning.added(thin, wanted.onto());
        });
  }

  private Made whole(String layer, Convolution c, Values in) {
    long[] dims = Kernel.dims(c);
    try (PointerScope scope = new PointerScope()) {
      Values master = master(layer, c);
      Values out =
          program.maps(type, in.images(), c.out(), length(in.height(), c), length(in.width(), c));
      Kernel kernel = kernel(layer, c, in, out);
      Values packed =
          packed(layer, master, kernel.forward().weights_desc(), dims, Kernel.strides(c));
      Map<Integer, Values> arguments = new HashMap<>();
      arguments.put(DNNL_ARG_SRC, in);
      arguments.put(DNNL_ARG_WEIGHTS, packed);
      arguments.put(DNNL_ARG_DST, out);
      if (c.bias()) {
        arguments.put(DNNL_ARG_BIAS, weights.bias(layer, c.out()));
      }
      program.add(
          "convolution",
          layer,
          out.shape(),
          new convolution_forward(kernel.forward()),
          kernel.forward(),
          arguments);
      return new Made(
          out,
          true,
          (gradient, wanted) -> {
            kernel.addWeightGradient(gradient);
            return wanted.any() ? addDataGradient(layer, c, in, gradient, wanted) : gradient;
          });
    }
  }

  private Values master(String layer, Convolution c) {
    try (PointerScope scope = new PointerScope()) {
      long[] dims = Kernel.dims(c);
      memory.desc plain = new memory.desc(dims, data_type.f32, Kernel.strides(c));
      return weights.parameter(layer + ".weight", plain, dims);
    }
  }

  /** Every stride-th pixel, with channels of zeros: a convolution whose weights are 1 and 0. */
  Made padded(String layer, int before, int after, int stride, Values in) {
    int ins = Math.toIntExact(in.channels());
    Convolution c = Convolution.of1x1(ins, before + ins + after, stride);
    float[] ones = new float[c.out() * ins];
    for (int i = 0; i < ins; i++) {
      ones[(before + i) * ins + i] = 1;
    }
    long[] dims = Kernel.dims(c);
    try (PointerScope scope = new PointerScope()) {
      memory.desc plain = program.own(new memory.desc(dims, data_type.f32, format_tag.oihw));
      Values out =
          program.maps(type, in.images(), c.out(), length(in.height(), c), length(in.width(), c));
      Kernel kernel = kernel(layer, c, in, out);
      Values packed = program.constant(ones, plain, kernel.forward().weights_desc(), dims);
      program.add(
          "padding with zeros",
          layer,
          out.shape(),
          new convolution_forward(kernel.forward()),
          kernel.forward(),
          Map.of(DNNL_ARG_SRC, in, DNNL_ARG_WEIGHTS, packed, DNNL_ARG_DST, out));
      return new Made(
          out,
          true,
          (gradient, wanted) -> {
            if (wanted.onto() != null && Thinning.possible(in, stride)) {
              Thinning thinning =
                  new Thinning(program, type, elements, layer, in, stride, before, c.out());
              return thinning.added(gradient, wanted.onto());
            }
            if (!wanted.any()) {
              return gradient;
            }
            Gradient alone =
                kernel.addDataGradient(
                    gradient, layout -> program.constant(ones, plain, layout, dims));
            return elements.given(layer, alone, wanted);
          });
    }
  }

  private static long length(long side, Convolution c) {
    return (side + 2L * c.padding() - (long) c.dilation() * (c.kernel() - 1) - 1) / c.stride() + 1;
  }

  /**
   * The weights in the layout and type that a primitive wants, made anew in each step. Their type
   * changes first: oneDNN changes types fast and layouts slowly, the more so the more bytes there
   * are. It is not kept for the other way: by then memory would have to be read again.
   *
   * @param strides how the master lies
   */
  private Values packed(
      String layer, Values master, memory.desc wanted, long[] dims, long[] strides) {
    if (wanted.equals(master.layout())) {
      return master;
    }
    Values from = master;
    if (type != data_type.f32) {
      try (PointerScope scope = new PointerScope()) {
        from = program.values(new memory.desc(dims, type, strides), dims);
        elements.reordered("weights cast", layer, master, from);
      }
    }
    Values packed = program.values(wanted, dims);
    elements.reordered("weights packed", layer, from, packed);
    return packed;
  }

  /**
   * The gradient by what a convolution takes: a deconvolution of the gradient, which can add its
   * result to another gradient in the same pass, or else oneDNN's own way back.
   */
  private Gradient addDataGradient(
      String layer, Convolution c, Values in, Gradient gradient, Wanted wanted) {
    Gradient onto = wanted.onto();
    if (onto != null && onto.values().piece() == gradient.values().piece()) {
      return elements.given(layer, addDataGradient(layer, c, in, gradient, Wanted.ALONE), wanted);
    }
    Values master = master(layer, c);
    try (PointerScope scope = new PointerScope()) {
      // The weights with the first two axes exchanged.
      long[] dims = Kernel.dims(c);
      long[] strides = Kernel.strides(c);
      exchange(dims, dims.length - 4, dims.length - 3);
      exchange(strides, strides.length - 4, strides.length - 3);
      primitive_attr attributes = program.attributes();
      if (onto != null) {
        post_ops sum = new post_ops();
        sum.append_sum(1f, 0, type);
        attributes.set_post_ops(sum);
      }
      Values result = onto == null ? program.maps(type, in.dims()) : onto.values();
      long[] padding = {c.padding(), c.padding()};
      deconvolution_forward.primitive_desc description =
          new deconvolution_forward.primitive_desc(
              program.cpu(),
              prop_kind.forward_training,
              algorithm.deconvolution_direct,
              gradient.values().layout(),
              new memory.desc(dims, type, format_tag.any),
              result.layout(),
              new long[] {c.stride(), c.stride()},
              new long[] {c.dilation() - 1, c.dilation() - 1},
              padding,
              padding,
              attributes,
              true);
      if (!description.asBoolean() || !fast(description)) {
        Kernel kernel = kernel(layer, c, in, gradient.values());
        Gradient alone =
            kernel.addDataGradient(
                gradient,
                layout -> packed(layer, master, layout, Kernel.dims(c), Kernel.strides(c)));
        return onto == null ? alone : elements.met(layer, onto, alone);
      }
      Values exchanged =
          program.in(master.piece(), new memory.desc(dims, data_type.f32, strides), dims);
      program.add(
          "convolution, data gradient",
          layer,
          gradient.values().shape(),
          new deconvolution_forward(description),
          description,
          Map.of(
              DNNL_ARG_SRC,
              gradient.values(),
              DNNL_ARG_WEIGHTS,
              packed(layer, exchanged, description.weights_desc(), dims, strides),
              DNNL_ARG_DST,
              result));
      return new Gradient(result, true);
    }
  }

  private static boolean fast(deconvolution_forward.primitive_desc description) {
    try (BytePointer code = description.impl_info_str()) {
      return code.getString().startsWith("brg_deconv");
    }
  }

  private static void exchange(long[] axes, int a, int b) {
    long kept = axes[a];
    axes[a] = axes[b];
    axes[b] = kept;
  }
}
