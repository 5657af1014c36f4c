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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
 * oneDNN's primitives in the order they will run, with the memory they share.
 *
 * <p>Feature maps are channels-last. Memory is planned as the primitives are added: what is {@link
 * #release released} serves again, and {@link #run} allocates nothing.
 */
final class Primitives implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  /** What the macro {@code DNNL_ARG_ATTR_MULTIPLE_POST_OP(0)} is. */
  private static final int FIRST_POST_OP = dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;

  private final engine cpu;
  private final stream queue;
  private final data_type type;
  private final List<Step> steps = new ArrayList<>();
  private final List<Pointer> owned = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();

  /** A primitive with its arguments. */
  record Step(String name, String operator, primitive work, IntMemoryMap arguments) {}

  /** A piece of memory that serves one feature map at a time. */
  static final class Slot {
    private final Pointer data;
    private final long bytes;
    private boolean free;

    Slot(Pointer data, long bytes) {
      this.data = data;
      this.bytes = bytes;
    }
  }

  /**
   * Feature maps of a batch.
   *
   * @param dims N, C, H, W
   */
  @SuppressWarnings("ArrayRecordComponent") // Never changed, never compared.
  record Maps(long[] dims, memory values, Slot slot) {
    long channels() {
      return dims[1];
    }
  }

  /** What follows a primitive in the same pass over memory. */
  enum Then {
    NOTHING,
    RELU,
    SIGMOID
  }

  Primitives(data_type type) {
    this.type = type;
    try (PointerScope scope = new PointerScope()) {
      cpu = own(new engine(org.bytedeco.dnnl.engine.kind.cpu, 0));
      queue = own(new stream(cpu));
    }
  }

  private <P extends Pointer> P own(P pointer) {
    pointer.retainReference();
    owned.add(pointer);
    return pointer;
  }

  List<Step> steps() {
    return steps;
  }

  void run() {
    for (Step step : steps) {
      step.work.execute(queue, step.arguments);
    }
  }

  /** Runs step by step; the nanoseconds of each. */
  long[] times() {
    long[] nanos = new long[steps.size()];
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      steps.get(i).work.execute(queue, steps.get(i).arguments);
      nanos[i] = System.nanoTime() - start;
    }
    return nanos;
  }

  /** Feature maps in the plan's precision. */
  Maps maps(long... dims) {
    return maps(type, dims);
  }

  Maps maps(data_type elements, long... dims) {
    long bytes = elements == data_type.f32 ? Float.BYTES : Short.BYTES;
    for (long dim : dims) {
      bytes *= dim;
    }
    Slot slot = slot(bytes);
    try (PointerScope scope = new PointerScope()) {
      memory.desc layout = new memory.desc(dims, elements, format_tag.nhwc);
      return new Maps(dims, own(new memory(layout, cpu, slot.data)), slot);
    }
  }

  /** The smallest free one that is large enough, or a new one. */
  private Slot slot(long bytes) {
    Slot best = null;
    for (Slot slot : slots) {
      if (slot.free && slot.bytes >= bytes && (best == null || slot.bytes < best.bytes)) {
        best = slot;
      }
    }
    if (best == null) {
      best = new Slot(allocate(bytes), bytes);
      slots.add(best);
    }
    best.free = false;
    return best;
  }

  private BytePointer allocate(long bytes) {
    try (PointerScope scope = new PointerScope()) {
      BytePointer whole = own(new BytePointer(bytes + ALIGNMENT));
      BytePointer aligned = own(new BytePointer(whole));
      return aligned.position(-whole.address() & (ALIGNMENT - 1));
    }
  }

  void release(Maps maps) {
    maps.slot.free = true;
  }

  /**
   * The values of maps of 32-bit floats, (N, H, W, C), or whatever the layout of their memory is.
   */
  ByteBuffer buffer(Maps maps) {
    return new BytePointer(maps.slot.data)
        .capacity(maps.slot.data.position() + maps.slot.bytes)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  /** A copy of the values in memory of that layout. */
  private memory constant(float[] values, long[] dims, format_tag layout) {
    memory copy = own(new memory(new memory.desc(dims, data_type.f32, layout), cpu));
    Pointer data = copy.get_data_handle();
    new BytePointer(data)
        .capacity((long) values.length * Float.BYTES)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer()
        .put(values);
    return copy;
  }

  /** The values in the layout and type that a primitive wants. */
  private memory packed(float[] values, long[] dims, format_tag layout, memory.desc wanted) {
    memory plain = constant(values, dims, layout);
    memory packed = own(new memory(wanted, cpu));
    reorder copying = new reorder(plain, packed);
    IntMemoryMap arguments = new IntMemoryMap();
    arguments.put(DNNL_ARG_FROM, plain);
    arguments.put(DNNL_ARG_TO, packed);
    copying.execute(queue, arguments);
    queue._wait();
    owned.remove(plain);
    plain.close();
    return packed;
  }

  private static primitive_attr attributes(boolean sum, Then then, memory.@Nullable desc added) {
    primitive_attr attributes = new primitive_attr();
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    post_ops ops = new post_ops();
    if (sum) {
      ops.append_sum(1f, 0, data_type.undef);
    }
    if (added != null) {
      ops.append_binary(algorithm.binary_add, added);
    }
    switch (then) {
      case NOTHING -> {}
      case RELU -> ops.append_eltwise(algorithm.eltwise_relu, 0f, 0f);
      case SIGMOID -> ops.append_eltwise(algorithm.eltwise_logistic, 0f, 0f);
    }
    attributes.set_post_ops(ops);
    return attributes;
  }

  private void add(
      String name, primitive work, primitive_desc_base description, Map<Integer, memory> at) {
    IntMemoryMap arguments = own(new IntMemoryMap());
    at.forEach(arguments::put);
    if (description.scratchpad_desc().get_size() > 0) {
      arguments.put(DNNL_ARG_SCRATCHPAD, own(new memory(description.scratchpad_desc(), cpu)));
    }
    try (BytePointer operator = description.impl_info_str()) {
      steps.add(new Step(name, operator.getString(), own(work), arguments));
    }
  }

  /**
   * A convolution.
   *
   * @param kernel (out, in / groups, k, k)
   * @param bias one a channel
   * @param into where the result is added, and what {@code then} is applied to; nothing for maps of
   *     their own
   */
  Maps convolution(
      String name,
      Maps in,
      Convolution c,
      long[] padding,
      float[] kernel,
      float[] bias,
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
            ? into
            : maps(
                in.dims[0],
                c.out(),
                length(in.dims[2], c, padding[0]),
                length(in.dims[3], c, padding[0]));
    try (PointerScope scope = new PointerScope()) {
      memory.desc weights = new memory.desc(weightDims, type, format_tag.any);
      memory.desc biases = new memory.desc(new long[] {c.out()}, data_type.f32, format_tag.a);
      long[] stride = {c.stride(), c.stride()};
      long[] dilation = {c.dilation() - 1, c.dilation() - 1};
      convolution_forward.primitive_desc description =
          new convolution_forward.primitive_desc(
              cpu,
              prop_kind.forward_inference,
              algorithm.convolution_direct,
              in.values.get_desc(),
              weights,
              biases,
              out.values.get_desc(),
              stride,
              dilation,
              padding,
              padding,
              attributes(into != null, then, null),
              false);
      add(
          name,
          new convolution_forward(description),
          description,
          Map.of(
              DNNL_ARG_SRC,
              in.values,
              DNNL_ARG_WEIGHTS,
              packed(kernel, weightDims, plain, description.weights_desc()),
              DNNL_ARG_BIAS,
              constant(bias, new long[] {c.out()}, format_tag.a),
              DNNL_ARG_DST,
              out.values));
    }
    return out;
  }

  private static long length(long side, Convolution c, long padding) {
    return (side + 2 * padding - (long) c.dilation() * (c.kernel() - 1) - 1) / c.stride() + 1;
  }

  /** {@code x * scale + shift}, one of each a channel, in place where allowed. */
  Maps affine(String name, Maps in, boolean inPlace, float[] scale, float[] shift, Then then) {
    Maps out = inPlace ? in : maps(in.dims);
    try (PointerScope scope = new PointerScope()) {
      long[] dims = {1, in.channels(), 1, 1};
      memory scales = constant(scale, dims, format_tag.nhwc);
      memory shifts = constant(shift, dims, format_tag.nhwc);
      binary.primitive_desc description =
          new binary.primitive_desc(
              cpu,
              algorithm.binary_mul,
              in.values.get_desc(),
              scales.get_desc(),
              out.values.get_desc(),
              attributes(false, then, shifts.get_desc()),
              false);
      add(
          name,
          new binary(description),
          description,
          Map.of(
              DNNL_ARG_SRC_0,
              in.values,
              DNNL_ARG_SRC_1,
              scales,
              DNNL_ARG_DST,
              out.values,
              FIRST_POST_OP | DNNL_ARG_SRC_1,
              shifts));
    }
    return out;
  }

  /** {@code a + b} or {@code a * b}, in the place of a; b may be of one pixel. */
  void combine(String name, algorithm how, Maps a, Maps b, Then then) {
    combine(name, how, a.values, b.values, then);
  }

  private void combine(String name, algorithm how, memory a, memory b, Then then) {
    try (PointerScope scope = new PointerScope()) {
      binary.primitive_desc description =
          new binary.primitive_desc(
              cpu,
              how,
              a.get_desc(),
              b.get_desc(),
              a.get_desc(),
              attributes(false, then, null),
              false);
      add(
          name,
          new binary(description),
          description,
          Map.of(DNNL_ARG_SRC_0, a, DNNL_ARG_SRC_1, b, DNNL_ARG_DST, a));
    }
  }

  /** Adds every {@code stride}-th pixel of b to some channels of a, which has more of them. */
  void addThinned(String name, Maps a, Maps b, int firstChannel, int stride) {
    try (PointerScope scope = new PointerScope()) {
      long[] dims = {a.dims[0], b.dims[1], a.dims[2], a.dims[3]};
      long[] offsets = {0, firstChannel, 0, 0};
      memory.desc part = a.values.get_desc().submemory_desc(dims, offsets);
      long row = b.dims[3] * b.dims[1];
      long[] strides = {b.dims[2] * row, 1, stride * row, stride * b.dims[1]};
      memory.desc thinned = new memory.desc(dims, type, strides);
      // A copy that adds: as an addition of two strided memories it would be ten times slower.
      copy(
          name,
          own(new memory(thinned, cpu, b.slot.data)),
          own(new memory(part, cpu, a.slot.data)),
          true);
    }
  }

  /** A function of each value: {@code linear} is {@code alpha * x + beta}. */
  Maps elementwise(
      String name, Maps in, boolean inPlace, algorithm function, float alpha, float beta) {
    Maps out = inPlace ? in : maps(in.dims);
    try (PointerScope scope = new PointerScope()) {
      eltwise_forward.primitive_desc description =
          new eltwise_forward.primitive_desc(
              cpu,
              prop_kind.forward_inference,
              function,
              in.values.get_desc(),
              out.values.get_desc(),
              alpha,
              beta,
              attributes(false, Then.NOTHING, null),
              false);
      add(
          name,
          new eltwise_forward(description),
          description,
          Map.of(DNNL_ARG_SRC, in.values, DNNL_ARG_DST, out.values));
    }
    return out;
  }

  Maps groupNorm(String name, Maps in, int groups, float epsilon, float[] scale, float[] shift) {
    Maps out = maps(in.dims);
    try (PointerScope scope = new PointerScope()) {
      group_normalization_forward.primitive_desc description =
          new group_normalization_forward.primitive_desc(
              cpu,
              prop_kind.forward_inference.value,
              in.values.get_desc(),
              out.values.get_desc(),
              groups,
              epsilon,
              dnnl.normalization_flags.use_scale.value | dnnl.normalization_flags.use_shift.value,
              attributes(false, Then.NOTHING, null),
              false);
      long[] dims = {in.channels()};
      add(
          name,
          new group_normalization_forward(description),
          description,
          Map.of(
              DNNL_ARG_SRC,
              in.values,
              DNNL_ARG_SCALE,
              constant(scale, dims, format_tag.a),
              DNNL_ARG_SHIFT,
              constant(shift, dims, format_tag.a),
              DNNL_ARG_DST,
              out.values));
    }
    return out;
  }

  /** A pool over windows that may hang over the lower and right border. */
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
    Maps out = maps(in.dims[0], in.dims[1], height, width);
    long[] after = {
      Math.max(0, (height - 1) * stride + window[0] - in.dims[2] - before),
      Math.max(0, (width - 1) * stride + window[1] - in.dims[3] - before)
    };
    try (PointerScope scope = new PointerScope()) {
      pooling_forward.primitive_desc description =
          new pooling_forward.primitive_desc(
              cpu,
              prop_kind.forward_inference,
              how,
              in.values.get_desc(),
              out.values.get_desc(),
              new long[] {stride, stride},
              window,
              new long[] {0, 0},
              new long[] {before, before},
              after,
              attributes(false, Then.NOTHING, null),
              false);
      add(
          name,
          new pooling_forward(description),
          description,
          Map.of(DNNL_ARG_SRC, in.values, DNNL_ARG_DST, out.values));
    }
    return out;
  }

  /** The mean of each channel. */
  Maps globalPool(String name, Maps in) {
    long[] window = {in.dims[2], in.dims[3]};
    return pool(name, in, algorithm.pooling_avg_exclude_padding, window, 1, 0, 1, 1);
  }

  /** The same values in 32-bit floats, or in the plan's precision. */
  Maps converted(String name, Maps in, data_type to) {
    Maps out = maps(to, in.dims);
    copy(name, in.values, out.values);
    return out;
  }

  private void copy(String name, memory from, memory to) {
    copy(name, from, to, false);
  }

  private void copy(String name, memory from, memory to, boolean sum) {
    try (PointerScope scope = new PointerScope()) {
      reorder.primitive_desc description =
          new reorder.primitive_desc(from, to, attributes(sum, Then.NOTHING, null), false);
      add(
          name,
          new reorder(description),
          description,
          Map.of(DNNL_ARG_FROM, from, DNNL_ARG_TO, to));
    }
  }

  /** One pixel more on each side, as in a mirror. */
  Maps reflected(String name, Maps in) {
    long height = in.dims[2];
    long width = in.dims[3];
    Maps out = maps(in.dims[0], in.dims[1], height + 2, width + 2);
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
      copy(
          name,
          part(from, fromRow, fromColumn, height, width),
          part(to, toRow, toColumn, height, width));
    }
  }

  private memory part(Maps maps, long row, long column, long height, long width) {
    memory.desc part =
        maps.values
            .get_desc()
            .submemory_desc(
                new long[] {maps.dims[0], maps.dims[1], height, width},
                new long[] {0, 0, row, column});
    return own(new memory(part, cpu, maps.slot.data));
  }

  /** A linear layer of maps of one pixel, in 32-bit floats. */
  Maps linear(String name, Maps in, int classes, float[] weights, float[] bias) {
    Maps out = maps(data_type.f32, in.dims[0], classes, 1, 1);
    long[] weightDims = {classes, in.channels()};
    try (PointerScope scope = new PointerScope()) {
      memory.desc rows =
          new memory.desc(new long[] {in.dims[0], in.channels()}, data_type.f32, format_tag.nc);
      memory.desc logits =
          new memory.desc(new long[] {in.dims[0], classes}, data_type.f32, format_tag.nc);
      inner_product_forward.primitive_desc description =
          new inner_product_forward.primitive_desc(
              cpu,
              prop_kind.forward_inference,
              rows,
              new memory.desc(weightDims, data_type.f32, format_tag.any),
              new memory.desc(new long[] {classes}, data_type.f32, format_tag.a),
              logits,
              attributes(false, Then.NOTHING, null),
              false);
      add(
          name,
          new inner_product_forward(description),
          description,
          Map.of(
              DNNL_ARG_SRC, own(new memory(rows, cpu, in.slot.data)),
              DNNL_ARG_WEIGHTS,
                  packed(weights, weightDims, format_tag.oi, description.weights_desc()),
              DNNL_ARG_BIAS, constant(bias, new long[] {classes}, format_tag.a),
              DNNL_ARG_DST, own(new memory(logits, cpu, out.slot.data))));
    }
    return out;
  }

  @Override
  public void close() {
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).close();
    }
    owned.clear();
  }
}
