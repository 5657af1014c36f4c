package org.resnet4j.infer;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.resnet4j.tensor.Engine;

/**
 * How fast this machine multiplies in a precision at best: a large square matrix product of oneDNN,
 * in the layouts it likes most.
 *
 * <p>A convolution with fused additions can come close to it but not past it, whatever the
 * processor, its clock and its neighbours; a figure from a data sheet knows none of these.
 */
public final class ProcessorPeak implements AutoCloseable {
  private static final long SIDE = 2048;
  private static final long SEED = 1;

  private final stream queue;
  private final matmul product;
  private final IntMemoryMap arguments;

  /**
   * Prepares the product on the calling thread, which must also run it.
   *
   * @param precision {@code fp32}, {@code bf16}, or {@code int8}: unsigned times signed bytes,
   *     added in 32 bits
   * @throws IllegalArgumentException for another precision
   */
  public ProcessorPeak(String precision) {
    Engine.adoptThread(Engine.threads());
    try (PointerScope scope = new PointerScope()) {
      engine cpu = new engine(engine.kind.cpu, 0);
      queue = new stream(cpu);
      boolean bytes = precision.equals("int8");
      matmul.primitive_desc description =
          new matmul.primitive_desc(
              cpu,
              square(bytes ? data_type.u8 : floats(precision)),
              square(bytes ? data_type.s8 : floats(precision)),
              square(bytes ? data_type.s32 : floats(precision)));
      product = new matmul(description);
      arguments = new IntMemoryMap();
      arguments.put(DNNL_ARG_SRC, filled(description.src_desc(), cpu, precision));
      arguments.put(DNNL_ARG_WEIGHTS, filled(description.weights_desc(), cpu, precision));
      arguments.put(DNNL_ARG_DST, new memory(description.dst_desc(), cpu));
      // The native map holds the matrices; all else ends with the scope.
      queue.retainReference();
      product.retainReference();
      arguments.retainReference();
    }
  }

  private static data_type floats(String precision) {
    return switch (precision) {
      case "fp32" -> data_type.f32;
      case "bf16" -> data_type.bf16;
      default ->
          throw new IllegalArgumentException(
              "precision = %s: must be fp32, bf16 or int8".formatted(precision));
    };
  }

  private static memory.desc square(data_type type) {
    return new memory.desc(new long[] {SIDE, SIDE}, type, format_tag.any);
  }

  /** Numbers of one size: zeros would be easy on the processor, and leftovers may be denormal. */
  private static memory filled(memory.desc layout, engine cpu, String precision) {
    memory values = new memory(layout, cpu);
    ByteBuffer bytes =
        new BytePointer(values.get_data_handle())
            .capacity(layout.get_size())
            .asByteBuffer()
            .order(ByteOrder.nativeOrder());
    SplittableRandom random = new SplittableRandom(SEED);
    while (bytes.remaining() >= Integer.BYTES) {
      int bits = random.nextInt();
      bytes.putInt(
          switch (precision) {
            case "fp32" -> (bits & 0x007FFFFF) | 0x3F000000; // From 0.5 to 1.
            case "bf16" -> (bits & 0x007F007F) | 0x3F003F00;
            default -> bits;
          });
    }
    return values;
  }

  /** Two for each multiply-add. */
  public static long operations() {
    return 2 * SIDE * SIDE * SIDE;
  }

  /** Multiplies once. */
  public void run() {
    product.execute(queue, arguments);
    queue._wait();
  }

  @Override
  public void close() {
    arguments.close();
    product.close();
    queue.close();
  }
}
