package org.resnet4j.infer;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * Weights in the layouts that primitives want, each made once for all plans of a network.
 *
 * <p>Safe for any number of threads. Plans that use them are closed first.
 */
final class Constants implements AutoCloseable {
  private final engine cpu;
  private final stream queue;
  private final List<Pointer> owned = new ArrayList<>();
  private final Map<String, List<memory>> made = new HashMap<>();

  Constants() {
    try (PointerScope scope = new PointerScope()) {
      cpu = own(new engine(engine.kind.cpu, 0));
      queue = own(new stream(cpu));
    }
  }

  engine cpu() {
    return cpu;
  }

  private <P extends Pointer> P own(P pointer) {
    pointer.retainReference();
    owned.add(pointer);
    return pointer;
  }

  /** One 32-bit float a channel. */
  memory vector(String name, long channels, Supplier<float[]> values) {
    return plain(name, new long[] {channels}, format_tag.a, values);
  }

  /** One 32-bit float a channel, as maps of one pixel. */
  memory pixel(String name, long channels, Supplier<float[]> values) {
    return plain(name, new long[] {1, channels, 1, 1}, format_tag.nhwc, values);
  }

  private memory plain(String name, long[] dims, format_tag layout, Supplier<float[]> values) {
    try (PointerScope scope = new PointerScope()) {
      memory.desc wanted = new memory.desc(dims, data_type.f32, layout);
      return once(name, wanted, () -> filled(wanted, values.get()));
    }
  }

  /** The values in the layout and type that a primitive wants. */
  memory packed(
      String name, long[] dims, format_tag plain, memory.desc wanted, Supplier<float[]> values) {
    return once(
        name,
        wanted,
        () -> reordered(filled(new memory.desc(dims, data_type.f32, plain), values.get()), wanted));
  }

  /** The same for numbers of 8 bits. */
  memory packedBytes(
      String name, long[] dims, format_tag plain, memory.desc wanted, Supplier<byte[]> values) {
    return once(
        name,
        wanted,
        () -> {
          memory copy = new memory(new memory.desc(dims, data_type.s8, plain), cpu);
          byte[] numbers = values.get();
          bytes(copy, numbers.length).put(numbers);
          return reordered(copy, wanted);
        });
  }

  /** What is there under that name in that layout, or else what is made of it now. */
  private synchronized memory once(String name, memory.desc wanted, Supplier<memory> maker) {
    try (PointerScope scope = new PointerScope()) {
      memory there = find(name, wanted);
      if (there != null) {
        return there;
      }
      memory values = own(maker.get());
      made.computeIfAbsent(name, key -> new ArrayList<>()).add(values);
      return values;
    }
  }

  private @Nullable memory find(String name, memory.desc wanted) {
    for (memory candidate : made.getOrDefault(name, List.of())) {
      if (candidate.get_desc().equals(wanted)) {
        return candidate;
      }
    }
    return null;
  }

  private memory filled(memory.desc layout, float[] values) {
    memory copy = new memory(layout, cpu);
    bytes(copy, (long) values.length * Float.BYTES).asFloatBuffer().put(values);
    return copy;
  }

  private static ByteBuffer bytes(memory values, long count) {
    return new BytePointer(values.get_data_handle())
        .capacity(count)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  private memory reordered(memory plain, memory.desc wanted) {
    memory packed = new memory(wanted, cpu);
    reorder copying = new reorder(plain, packed);
    IntMemoryMap arguments = new IntMemoryMap();
    arguments.put(DNNL_ARG_FROM, plain);
    arguments.put(DNNL_ARG_TO, packed);
    copying.execute(queue, arguments);
    queue._wait();
    return packed;
  }

  @Override
  public synchronized void close() {
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).close();
    }
    owned.clear();
    made.clear();
  }
}
