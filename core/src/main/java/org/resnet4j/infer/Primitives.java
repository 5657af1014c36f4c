package org.resnet4j.infer;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.group_normalization_forward;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Convolution;

/**
 * oneDNN's primitives in the order they will run.
 *
 * <p>Maps of 8-bit numbers are read with their scale and written with that of their {@link Format};
 * the scales are folded into weights and biases, so that they cost nothing.
 */
final class Primitives implements AutoCloseable {
  /** What the macro {@code DNNL_ARG_ATTR_MULTIPLE_POST_OP(0)} is. */
  private static final int FIRST_POST_OP = dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;

  private final Constants constants;
  private final engine cpu;
  private final Arena arena;
  private final stream queue;
  private final List<Step> steps = new ArrayList<>();
  private final List<memory.desc> scratchpads = new ArrayList<>();

  /**
   * A primitive with its arguments.
   *
   * @param name of the layer
   * @param operator what oneDNN calls the code that it chose
   * @param result what it writes
   */
  record Step(String name, String operator, Maps result, primitive work, IntMemoryMap arguments) {}

  /** What follows a primitive in the same pass over memory. */
  enum Then {
    NOTHING,
    RELU,
    SIGMOID
  }

  Primitives(Constants constants) {
    this.constants = constants;
    this.cpu = constants.cpu();
    this.arena = new Arena(cpu);
    try (PointerScope scope = new PointerScope()) {
      queue = arena.own(new stream(cpu));
    }
  }

  List<Step> steps() {
    return steps;
  }

  Arena arena() {
    return arena;
  }

  /** Gives all primitives one piece of memory to work in; called once, when the last was added. */
  void complete() {
    long largest = 0;
    for (memory.desc scratchpad : scratchpads) {
      largest = Math.max(largest, scratchpad.get_size());
    }
    if (largest > 0) {
      Pointer shared = arena.allocate(largest);
      for (int i = 0; i < scratchpads.size(); i++) {
        memory.desc layout = scratchpads.get(i);
        if (layout.get_size() > 0) {
          memory scratchpad = arena.own(new memory(layout, cpu, shared));
          steps.get(i).arguments.put(DNNL_ARG_SCRATCHPAD, scratchpad);
        }
      }
    }
  }

  void run() {
    for (Step step : steps) {
      step.work.execute(queue, step.arguments);
    }
  }

  /** Runs the steps one by one and tells when each has ended. */
  void run(Consumer<Step> after) {
    for (Step step : steps) {
      step.work.execute(queue, step.arguments);
      queue._wait();
      after.accept(step);
    }
  }

  private static primitive_attr attributes(post_ops after) {
    primitive_attr attributes = new primitive_attr();
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    attributes.set_post_ops(after);
    return attributes;
  }

  private static post_ops then(Then then) {
    return then(new post_ops(), then);
  }

  private static post_ops then(post_ops ops, Then then) {
    switch (then) {
      case NOTHING -> {}
      case RELU -> ops.append_eltwise(algorithm.eltwise_relu, 0f, 0f);
      case SIGMOID -> ops.append_eltwise(algorithm.eltwise_logistic, 0f, 0f);
    }
    return ops;
  }

  private void add(
      String name,
      primitive work,
      primitive_desc_base description,
      Maps result,
      Map<Integer, memory> at) {
    IntMemoryMap arguments = arena.own(new IntMemoryMap());
    at.forEach(arguments::put);
    scratchpads.add(arena.own(description.scratchpad_desc()));
    try (BytePointer operator = description.impl_info_str()) {
      steps.add(new Step(name, operator.getString(), result, arena.own(work), arguments));
    }
  }

  /**
   * A convolution, its kernel and bias with the norm that follows folded in.
   *
   * @param name of the layer
   * @param result the name of what it makes
   * @param to how the result is stored
   * @param into where the result is added, and what {@code then} is applied to; in numbers of the
   *     size of {@code to}, and the result takes its place; nothing for maps of their own
   */
  Maps convolution(
      String name,
      String result,
      Maps in,
      Convolution c,
      Kernel kernel,
      Format to,
      @Nullable Maps into,
      Then then) {
    int groups = c.groups();
    long k = c.kernel();
    long[] weightDims =
        groups == 1
            ? new long[] {c.out(), c.in(), k, k}
            : new long[] {groups, c.out() / groups, c.in() / groups, k, k};
    format_tag plain = groups == 1 ? format_tag.oihw : format_tag.goihw;
    Maps out =
        into != null
            ? arena.inPlace(result, into, to)
            : arena.maps(
                result, to, in.images(), c.out(), length(in.height(), c), length(in.width(), c));
    boolean narrow = in.format().quantized();
    try (PointerScope scope = new PointerScope()) {
      data_type numbers = narrow ? data_type.s8 : in.format().type();
      memory.desc weights = new memory.desc(weightDims, numbers, format_tag.any);
      memory.desc biases = new memory.desc(new long[] {c.out()}, data_type.f32, format_tag.a);
      long[] stride = {c.stride(), c.stride()};
      long[] dilation = {c.dilation() - 1, c.dilation() - 1};
      long[] padding = {c.padding(), c.padding()};
      post_ops after = new post_ops();
      if (into != null) {
        after.append_sum(into.format().scale() / to.scale(), 0, into.format().type());
      }
      primitive_attr attributes = attributes(then(after, then));
      if (narrow) {
        attributes.set_scales_mask(DNNL_ARG_WEIGHTS, groups == 1 ? 1 : 3);
      }
      convolution_forward.primitive_desc description =
          new convolution_forward.primitive_desc(
              cpu,
              prop_kind.forward_inference,
              algorithm.convolution_direct,
              in.values().get_desc(),
              weights,
              biases,
              out.values().get_desc(),
              stride,
              dilation,
              padding,
              padding,
              attributes,
              false);
      Map<Integer, memory> arguments = new HashMap<>();
      arguments.put(DNNL_ARG_SRC, in.values());
      arguments.put(DNNL_ARG_DST, out.values());
      arguments.put(
          DNNL_ARG_BIAS, constants.vector(key(name, "bias", to), c.out(), () -> kernel.bias(to)));
      memory.desc wanted = description.weights_desc();
      if (narrow) {
        float ratio = in.format().scale() / to.scale();
        arguments.put(
            DNNL_ARG_WEIGHTS,
            constants.packedBytes(name, weightDims, plain, wanted, kernel::numbers));
        arguments.put(
            dnnl.DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS,
            constants.vector(
                key(name, "scale/" + in.format().scale(), to),
                c.out(),
                () -> kernel.scales(ratio)));
      } else {
        arguments.put(
            DNNL_ARG_WEIGHTS, constants.packed(name, weightDims, plain, wanted, kernel::values));
      }
      add(name, new convolution_forward(description), description, out, arguments);
    }
    return out;
  }

  /** Where results differ in scale, so do the biases. */
  private static String key(String name, String what, Format to) {
    return name + "." + what + "/" + to.scale();
  }

  private static long length(long side, Convolution c) {
    return (side + 2L * c.padding() - (long) c.dilation() * (c.kernel() - 1) - 1) / c.stride() + 1;
  }

  /** {@code x * scale + shift}, one of each a channel; in place where allowed and possible. */
  Maps affine(
      String name, Maps in, boolean inPlace, float[] scale, float[] shift, Format to, Then then) {
    Maps out =
        inPlace && to.equals(in.format())
            ? arena.inPlace(name, in, to)
            : arena.maps(name, to, in.dims());
    try (PointerScope scope = new PointerScope()) {
      float ratio = 1 / to.scale();
      memory scales =
          constants.pixel(key(name, "scale", to), scale.length, () -> times(scale, ratio));
      memory shifts =
          constants.pixel(key(name, "shift", to), shift.length, () -> times(shift, ratio));
      post_ops after = new post_ops();
      after.append_binary(algorithm.binary_add, shifts.get_desc());
      binary.primitive_desc description =
          new binary.primitive_desc(
              cpu,
              algorithm.binary_mul,
              in.values().get_desc(),
              scales.get_desc(),
              out.values().get_desc(),
              attributes(then(after, then)),
              false);
      add(
          name,
          new binary(description),
          description,
          out,
          Map.of(
              DNNL_ARG_SRC_0,
              in.values(),
              DNNL_ARG_SRC_1,
              scales,
              DNNL_ARG_DST,
              out.values(),
              FIRST_POST_OP | DNNL_ARG_SRC_1,
              shifts));
    }
    return out;
  }

  private static float[] times(float[] values, float factor) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = values[i] * factor;
    }
    return result;
  }

  /** {@code a + b} or {@code a * b}, in the place of a; b may be of one pixel. */
  Maps combine(String name, algorithm how, Maps a, Maps b, Then then) {
    Maps out = arena.inPlace(name, a, a.format());
    try (PointerScope scope = new PointerScope()) {
      binary.primitive_desc description =
          new binary.primitive_desc(
              cpu,
              how,
              a.values().get_desc(),
              b.values().get_desc(),
              a.values().get_desc(),
              attributes(then(then)),
              false);
      add(
          name,
          new binary(description),
          description,
          out,
          Map.of(DNNL_ARG_SRC_0, a.values(), DNNL_ARG_SRC_1, b.values(), DNNL_ARG_DST, a.values()));
    }
    return out;
  }

  /** A function of each value: {@code linear} is {@code alpha * x + beta}. */
  Maps elementwise(
      String name, Maps in, boolean inPlace, algorithm function, float alpha, float beta) {
    Maps out =
        inPlace ? arena.inPlace(name, in, in.format()) : arena.maps(name, in.format(), in.dims());
    try (PointerScope scope = new PointerScope()) {
      eltwise_forward.primitive_desc description =
          new eltwise_forward.primitive_desc(
              cpu,
              prop_kind.forward_inference,
              function,
              in.values().get_desc(),
              out.values().get_desc(),
              alpha,
              beta,
              attributes(new post_ops()),
              false);
      add(
          name,
          new eltwise_forward(description),
          description,
          out,
          Map.of(DNNL_ARG_SRC, in.values(), DNNL_ARG_DST, out.values()));
    }
    return out;
  }

  Maps groupNorm(String name, Maps in, int groups, float epsilon, float[] scale, float[] shift) {
    Maps out = arena.maps(name, in.format(), in.dims());
    try (PointerScope scope = new PointerScope()) {
      group_normalization_forward.primitive_desc description =
          new group_normalization_forward.primitive_desc(
              cpu,
              prop_kind.forward_inference.value,
              in.values().get_desc(),
              out.values().get_desc(),
              groups,
              epsilon,
              dnnl.normalization_flags.use_scale.value | dnnl.normalization_flags.use_shift.value,
              attributes(new post_ops()),
              false);
      add(
          name,
          new group_normalization_forward(description),
          description,
          out,
          Map.of(
              DNNL_ARG_SRC,
              in.values(),
              DNNL_ARG_SCALE,
              constants.vector(name + ".scale", scale.length, () -> scale),
              DNNL_ARG_SHIFT,
              constants.vector(name + ".shift", shift.length, () -> shift),
              DNNL_ARG_DST,
              out.values()));
    }
    return out;
  }

  /** A square pool over windows that may hang over the lower and right border. */
  Maps pool(
      String name,
      Maps in,
      algorithm how,
      long window,
      long stride,
      long before,
      long height,
      long width) {
    return pool(name, in, how, new long[] {window, window}, stride, before, height, width);
  }

  private Maps pool(
      String name,
      Maps in,
      algorithm how,
      long[] window,
      long stride,
      long before,
      long height,
      long width) {
    Maps out = arena.maps(name, in.format(), in.images(), in.channels(), height, width);
    long[] after = {
      Math.max(0, (height - 1) * stride + window[0] - in.height() - before),
      Math.max(0, (width - 1) * stride + window[1] - in.width() - before)
    };
    try (PointerScope scope = new PointerScope()) {
      pooling_forward.primitive_desc description =
          new pooling_forward.primitive_desc(
              cpu,
              prop_kind.forward_inference,
              how,
              in.values().get_desc(),
              out.values().get_desc(),
              new long[] {stride, stride},
              window,
              new long[] {0, 0},
              new long[] {before, before},
              after,
              attributes(new post_ops()),
              false);
      add(
          name,
          new pooling_forward(description),
          description,
          out,
          Map.of(DNNL_ARG_SRC, in.values(), DNNL_ARG_DST, out.values()));
    }
    return out;
  }

  /** The mean of each channel. */
  Maps globalPool(String name, Maps in) {
    long[] window = {in.height(), in.width()};
    return pool(name, in, algorithm.pooling_avg_exclude_padding, window, 1, 0, 1, 1);
  }

  /** The same values in another format. */
  Maps converted(String step, Maps in, Format to) {
    Maps out = arena.maps(in.name(), to, in.dims());
    try (PointerScope scope = new PointerScope()) {
      primitive_attr attributes = attributes(new post_ops());
      Map<Integer, memory> arguments = new HashMap<>();
      arguments.put(DNNL_ARG_FROM, in.values());
      arguments.put(DNNL_ARG_TO, out.values());
      if (in.format().quantized()) {
        attributes.set_scales_mask(DNNL_ARG_FROM, 0);
        arguments.put(dnnl.DNNL_ARG_ATTR_SCALES | DNNL_ARG_FROM, scalar(in.format().scale()));
      }
      if (to.quantized()) {
        attributes.set_scales_mask(DNNL_ARG_TO, 0);
        arguments.put(dnnl.DNNL_ARG_ATTR_SCALES | DNNL_ARG_TO, scalar(to.scale()));
      }
      reorder.primitive_desc description =
          new reorder.primitive_desc(in.values(), out.values(), attributes, false);
      add(step, new reorder(description), description, out, arguments);
    }
    return out;
  }

  /** The same numbers elsewhere. */
  Maps copied(Maps in) {
    Maps out = arena.maps(in.name(), in.format(), in.dims());
    try (PointerScope scope = new PointerScope()) {
      reorder.primitive_desc description =
          new reorder.primitive_desc(in.values(), out.values(), attributes(new post_ops()), false);
      add(
          in.name(),
          new reorder(description),
          description,
          out,
          Map.of(DNNL_ARG_FROM, in.values(), DNNL_ARG_TO, out.values()));
    }
    return out;
  }

  private memory scalar(float value) {
    return constants.vector("scale/" + value, 1, () -> new float[] {value});
  }

  /** One pixel more on each side, as in a mirror. */
  Maps reflected(String name, Maps in) {
    long height = in.height();
    long width = in.width();
    Maps out = arena.maps(name, in.format(), in.images(), in.channels(), height + 2, width + 2);
    copyPart(name, in, 0, 0, out, 1, 1, height, width);
    copyPart(name, out, 2, 1, out, 0, 1, 1, width);
    copyPart(name, out, height - 1, 1, out, height + 1, 1, 1, width);
    copyPart(name, out, 0, 2, out, 0, 0, height + 2, 1);
    copyPart(name, out, 0, width - 1, out, 0, width + 1, height + 2, 1);
    return out;
  }

  private void copyPart(
      String name,
      Maps from,
      long fromRow,
      long fromColumn,
      Maps to,
      long toRow,
      long toColumn,
      long height,
      long width) {
    try (PointerScope scope = new PointerScope()) {
      memory source = part(from, fromRow, fromColumn, height, width);
      memory target = part(to, toRow, toColumn, height, width);
      reorder.primitive_desc description =
          new reorder.primitive_desc(source, target, attributes(new post_ops()), false);
      add(
          name,
          new reorder(description),
          description,
          to,
          Map.of(DNNL_ARG_FROM, source, DNNL_ARG_TO, target));
    }
  }

  private memory part(Maps maps, long row, long column, long height, long width) {
    memory.desc part =
        maps.values()
            .get_desc()
            .submemory_desc(
                new long[] {maps.images(), maps.channels(), height, width},
                new long[] {0, 0, row, column});
    return arena.at(maps.slot(), part);
  }

  /** A linear layer of maps of one pixel; the logits are 32-bit floats. */
  Maps linear(String name, Maps in, Kernel kernel, int classes) {
    Maps out = arena.maps(name, Format.FP32, in.images(), classes, 1, 1);
    long[] weightDims = {classes, in.channels()};
    boolean narrow = in.format().quantized();
    try (PointerScope scope = new PointerScope()) {
      data_type type = in.format().type();
      memory.desc rows =
          new memory.desc(new long[] {in.images(), in.channels()}, type, format_tag.nc);
      memory.desc logits =
          new memory.desc(new long[] {in.images(), classes}, data_type.f32, format_tag.nc);
      data_type numbers = narrow ? data_type.s8 : type;
      primitive_attr attributes = attributes(new post_ops());
      if (narrow) {
        attributes.set_scales_mask(DNNL_ARG_WEIGHTS, 1);
      }
      inner_product_forward.primitive_desc description =
          new inner_product_forward.primitive_desc(
              cpu,
              prop_kind.forward_inference,
              rows,
              new memory.desc(weightDims, numbers, format_tag.any),
              new memory.desc(new long[] {classes}, data_type.f32, format_tag.a),
              logits,
              attributes,
              false);
      Map<Integer, memory> arguments = new HashMap<>();
      arguments.put(DNNL_ARG_SRC, arena.at(in.slot(), rows));
      arguments.put(DNNL_ARG_DST, arena.at(out.slot(), logits));
      arguments.put(
          DNNL_ARG_BIAS, constants.vector(name + ".bias", classes, () -> kernel.bias(Format.FP32)));
      memory.desc wanted = description.weights_desc();
      if (narrow) {
        arguments.put(
            DNNL_ARG_WEIGHTS,
            constants.packedBytes(name, weightDims, format_tag.oi, wanted, kernel::numbers));
        arguments.put(
            dnnl.DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS,
            constants.vector(
                name + ".scale/" + in.format().scale(),
                classes,
                () -> kernel.scales(in.format().scale())));
      } else {
        arguments.put(
            DNNL_ARG_WEIGHTS,
            constants.packed(name, weightDims, format_tag.oi, wanted, kernel::values));
      }
      add(name, new inner_product_forward(description), description, out, arguments);
    }
    return out;
  }

  @Override
  public void close() {
    arena.close();
  }
}
