package org.resnet4j.nn.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.deconvolution_forward;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_backward_data;
import org.bytedeco.dnnl.inner_product_backward_weights;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.resnet4j.arch.Convolution;

/**
 * What adds the steps of one operator each, forward and back, to a program.
 *
 * <p>Feature maps are channels-last and of the program's type; weights, statistics and their
 * gradients are fp32.
 */
final class Operators {
  // Torchvision's, timm's and the paper's code agree on it.
  private static final float EPSILON = 1e-5f;
  private static final long[] NONE = {0, 0};

  /**
   * Up to so many pixels in a batch the weight gradient of a 1x1 convolution is faster as a product
   * of matrices: oneDNN's convolution loses time on weights that are large beside the maps.
   */
  private static final long FEW_PIXELS = 4096;

  private final Program program;
  private final data_type type;
  private final Weights weights;

  /** The mean and variance of a batch, of each channel. */
  record Moments(Values mean, Values variance) {}

  Operators(Program program, data_type type, Weights weights) {
    this.program = program;
    this.type = type;
    this.weights = weights;
  }

  // Convolutions.

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
      Made thin = pool(layer, mean, in, new long[] {1, 1}, c.stride(), 0, height, width);
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
    Thinning thinning = new Thinning(layer, in, c.stride(), 0, 0);
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
    long[] dims = dims(c);
    try (PointerScope scope = new PointerScope()) {
      Values master = master(layer, c);
      Values out =
          program.maps(type, in.images(), c.out(), length(in.height(), c), length(in.width(), c));
      Kernel kernel = new Kernel(layer, c, in, out, dims);
      Values packed = packed(layer, master, kernel.forward.weights_desc(), dims);
      Map<Integer, Values> arguments = new HashMap<>();
      arguments.put(DNNL_ARG_SRC, in);
      arguments.put(DNNL_ARG_WEIGHTS, packed);
      arguments.put(DNNL_ARG_DST, out);
      if (c.bias()) {
        arguments.put(DNNL_ARG_BIAS, bias(layer, c.out()));
      }
      program.add(
          "convolution",
          layer,
          out.shape(),
          new convolution_forward(kernel.forward),
          kernel.forward,
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

  private static long[] dims(Convolution c) {
    long k = c.kernel();
    return c.groups() > 1
        ? new long[] {c.groups(), c.out() / c.groups(), c.in() / c.groups(), k, k}
        : new long[] {c.out(), c.in(), k, k};
  }

  /** How weights lie in PyTorch's channels-last: (out, height, width, in). */
  private static long[] strides(Convolution c) {
    long ins = c.in() / c.groups();
    long row = c.kernel() * ins;
    long out = c.kernel() * row;
    return c.groups() > 1
        ? new long[] {c.out() / c.groups() * out, out, 1, row, ins}
        : new long[] {out, 1, row, ins};
  }

  private Values master(String layer, Convolution c) {
    try (PointerScope scope = new PointerScope()) {
      long[] dims = dims(c);
      memory.desc plain = new memory.desc(dims, data_type.f32, strides(c));
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
    long[] dims = dims(c);
    try (PointerScope scope = new PointerScope()) {
      memory.desc plain = program.own(new memory.desc(dims, data_type.f32, format_tag.oihw));
      Values out =
          program.maps(type, in.images(), c.out(), length(in.height(), c), length(in.width(), c));
      Kernel kernel = new Kernel(layer, c, in, out, dims);
      Values packed = program.constant(ones, plain, kernel.forward.weights_desc(), dims);
      program.add(
          "padding with zeros",
          layer,
          out.shape(),
          new convolution_forward(kernel.forward),
          kernel.forward,
          Map.of(DNNL_ARG_SRC, in, DNNL_ARG_WEIGHTS, packed, DNNL_ARG_DST, out));
      return new Made(
          out,
          true,
          (gradient, wanted) -> {
            if (wanted.onto() != null && Thinning.possible(in, stride)) {
              Thinning thinning = new Thinning(layer, in, stride, before, c.out());
              return thinning.added(gradient, wanted.onto());
            }
            if (!wanted.any()) {
              return gradient;
            }
            Gradient alone =
                kernel.addDataGradient(
                    gradient, layout -> program.constant(ones, plain, layout, dims));
            return given(layer, alone, wanted);
          });
    }
  }

  /** Every stride-th pixel of some feature maps, and the way back to where they came from. */
  private final class Thinning {
    private final String layer;
    private final Values in;
    private final long stride;
    private final long[] thin;
    private final long before;
    private final long channels;

    /**
     * The pixels.
     *
     * @param before channels of the gradient before those of the maps
     * @param channels of the gradient; 0 for as many as the maps have
     */
    Thinning(String layer, Values in, long stride, long before, long channels) {
      this.layer = layer;
      this.in = in;
      this.stride = stride;
      this.before = before;
      this.channels = channels == 0 ? in.channels() : channels;
      thin =
          new long[] {
            in.images(),
            in.channels(),
            (in.height() - 1) / stride + 1,
            (in.width() - 1) / stride + 1
          };
    }

    /** Whether the rows divide, as oneDNN wants it where it is told of steps in memory. */
    static boolean possible(Values in, long stride) {
      return in.height() % stride == 0 && in.width() % stride == 0;
    }

    /** The pixels alone. */
    Values taken() {
      Values out = program.maps(type, thin);
      reordered("pixels taken", layer, sparse(in), out);
      return out;
    }

    /** The pixels' gradient added to that of all pixels. */
    Gradient added(Gradient gradient, Gradient onto) {
      try (PointerScope scope = new PointerScope()) {
        long row = thin[3] * channels;
        memory.desc layout =
            new memory.desc(thin, type, new long[] {thin[2] * row, 1, row, channels});
        Values part = part(gradient.values(), layout);
        primitive_attr attributes = program.attributes();
        post_ops sum = new post_ops();
        sum.append_sum();
        attributes.set_post_ops(sum);
        reordered("gradients added", layer, part, sparse(onto.values()), attributes);
      }
      return onto;
    }

    private Values part(Values gradient, memory.desc layout) {
      return before == 0
          ? program.in(gradient.piece(), layout, thin)
          : program.in(
              gradient.piece(),
              gradient.layout().submemory_desc(thin, new long[] {0, before, 0, 0}),
              thin);
    }

    private Values sparse(Values maps) {
      try (PointerScope scope = new PointerScope()) {
        long pixel = maps.channels();
        long row = maps.width() * pixel;
        long[] strides = {maps.height() * row, 1, stride * row, stride * pixel};
        return program.in(maps.piece(), new memory.desc(thin, type, strides), thin);
      }
    }
  }

  private static long length(long side, Convolution c) {
    return (side + 2L * c.padding() - (long) c.dilation() * (c.kernel() - 1) - 1) / c.stride() + 1;
  }

  private Values bias(String layer, long channels) {
    return weights.parameter(layer + ".bias", vector(channels), channels);
  }

  private static memory.desc vector(long length) {
    return new memory.desc(new long[] {length}, data_type.f32, format_tag.a);
  }

  /** The weights in the layout and type that a primitive wants, made anew in each step. */
  private Values packed(String layer, Values master, memory.desc wanted, long[] dims) {
    if (wanted.equals(master.layout())) {
      return master;
    }
    Values packed = program.values(wanted, dims);
    reordered("weights packed", layer, master, packed);
    return packed;
  }

  private void reordered(String operator, String layer, Values from, Values to) {
    try (PointerScope scope = new PointerScope()) {
      reordered(operator, layer, from, to, program.attributes());
    }
  }

  private void reordered(
      String operator, String layer, Values from, Values to, primitive_attr attributes) {
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

  /**
   * The gradient by what a convolution takes: a deconvolution of the gradient, which can add its
   * result to another gradient in the same pass, or else oneDNN's own way back.
   */
  private Gradient addDataGradient(
      String layer, Convolution c, Values in, Gradient gradient, Wanted wanted) {
    Gradient onto = wanted.onto();
    if (onto != null && onto.values().piece() == gradient.values().piece()) {
      return given(layer, addDataGradient(layer, c, in, gradient, Wanted.ALONE), wanted);
    }
    Values master = master(layer, c);
    try (PointerScope scope = new PointerScope()) {
      // The weights with the first two axes exchanged.
      long[] dims = dims(c);
      long[] strides = strides(c);
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
        Kernel kernel = new Kernel(layer, c, in, gradient.values(), dims(c));
        Gradient alone =
            kernel.addDataGradient(gradient, layout -> packed(layer, master, layout, dims(c)));
        return onto == null ? alone : met(layer, onto, alone);
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
              packed(layer, exchanged, description.weights_desc(), dims),
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

  /** Gives weights in a layout. */
  private interface Packing {
    Values in(memory.desc layout);
  }

  /** One convolution's way there and back. */
  private final class Kernel {
    private final String layer;
    private final Convolution c;
    private final Values in;
    private final Values out;
    private final long[] dims;
    private final long[] stride;
    private final long[] dilation;
    private final long[] padding;
    private final convolution_forward.primitive_desc forward;

    Kernel(String layer, Convolution c, Values in, Values out, long[] dims) {
      this.layer = layer;
      this.c = c;
      this.in = in;
      this.out = out;
      this.dims = dims;
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
                      vector(c.out()),
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
        Values pixelRows =
            program.in(in.piece(), new memory.desc(right, type, format_tag.ab), right);
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
                    vector(c.out()),
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
          reordered("gradient unpacked", layer, result, plain);
        }
      }
    }
  }

  // Norms.

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
      Map<Integer, Values> workspace = workspace(forward.workspace_desc());
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
            return given(layer, new Gradient(result, true), wanted);
          });
    }
  }

  Moments moments(long channels) {
    try (PointerScope scope = new PointerScope()) {
      memory.desc layout = vector(channels);
      return new Moments(program.values(layout, channels), program.values(layout, channels));
    }
  }

  private Map<Integer, Values> workspace(memory.desc layout) {
    return layout.get_size() == 0
        ? Map.of()
        : Map.of(DNNL_ARG_WORKSPACE, program.values(layout, layout.get_size()));
  }

  // Element by element.

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
  private Gradient given(String layer, Gradient gradient, Wanted wanted) {
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

  // Pools and the head.

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
          how == algorithm.pooling_max ? workspace(forward.workspace_desc()) : Map.of();
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
            return given(layer, new Gradient(result, true), wanted);
          });
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
      Values bias = bias(layer, classes);
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
