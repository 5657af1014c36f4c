package org.resnet4j.nn.plan;

import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.PointerScope;

/** Every stride-th pixel of some feature maps, and the way back to where they came from. */
final class Thinning {
  private final Program program;
  private final data_type type;
  private final Elements elements;
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
  Thinning(
      Program program,
      data_type type,
      Elements elements,
      String layer,
      Values in,
      long stride,
      long before,
      long channels) {
    this.program = program;
    this.type = type;
    this.elements = elements;
    this.layer = layer;
    this.in = in;
    this.stride = stride;
    this.before = before;
    this.channels = channels == 0 ? in.channels() : channels;
    thin =
        new long[] {
          in.images(), in.channels(), (in.height() - 1) / stride + 1, (in.width() - 1) / stride + 1
        };
  }

  /** Whether the rows divide, as oneDNN wants it where it is told of steps in memory. */
  static boolean possible(Values in, long stride) {
    return in.height() % stride == 0 && in.width() % stride == 0;
  }

  /** The pixels alone. */
  Values taken() {
    Values out = program.maps(type, thin);
    elements.reordered("pixels taken", layer, sparse(in), out);
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
      elements.reordered("gradients added", layer, part, sparse(onto.values()), attributes);
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
