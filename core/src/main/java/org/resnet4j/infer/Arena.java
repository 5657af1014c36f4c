package org.resnet4j.infer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * The native memory of a plan, planned while its steps are added: what is {@link #release released}
 * serves again.
 */
final class Arena implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final engine cpu;
  private final List<Pointer> owned = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();

  /** A piece of memory that serves one feature map at a time. */
  static final class Slot {
    private final BytePointer data;
    private final long bytes;
    private boolean free;

    Slot(BytePointer data, long bytes) {
      this.data = data;
      this.bytes = bytes;
    }
  }

  Arena(engine cpu) {
    this.cpu = cpu;
  }

  /** Closes the pointer with the arena. */
  <P extends Pointer> P own(P pointer) {
    pointer.retainReference();
    owned.add(pointer);
    return pointer;
  }

  Maps maps(String name, Format format, long... dims) {
    long bytes = format.bytes();
    for (long dim : dims) {
      bytes *= dim;
    }
    return maps(name, format, dims, slot(bytes));
  }

  /** Other feature maps of the same size in the place of these. */
  Maps inPlace(String name, Maps maps, Format format) {
    return maps(name, format, maps.dims(), maps.slot());
  }

  private Maps maps(String name, Format format, long[] dims, Slot slot) {
    try (PointerScope scope = new PointerScope()) {
      memory.desc layout = new memory.desc(dims, format.type(), format_tag.nhwc);
      return new Maps(name, dims, format, at(slot, layout), slot);
    }
  }

  /** A view of what lies there. */
  memory at(Slot slot, memory.desc layout) {
    return own(new memory(layout, cpu, slot.data));
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

  BytePointer allocate(long bytes) {
    try (PointerScope scope = new PointerScope()) {
      BytePointer whole = own(new BytePointer(bytes + ALIGNMENT));
      BytePointer aligned = own(new BytePointer(whole));
      return aligned.position(-whole.address() & (ALIGNMENT - 1));
    }
  }

  /** Where an image of the maps begins. */
  BytePointer pointer(Maps maps, long image) {
    BytePointer data = maps.slot().data;
    long bytes = maps.count() / maps.images() * maps.format().bytes();
    return new BytePointer(data).position(data.position() + image * bytes);
  }

  void release(Maps maps) {
    maps.slot().free = true;
  }

  /** The bytes of the maps where they lie, (N, H, W, C). */
  ByteBuffer buffer(Maps maps) {
    BytePointer data = maps.slot().data;
    return new BytePointer(data)
        .capacity(data.position() + maps.count() * maps.format().bytes())
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).close();
    }
    owned.clear();
  }
}
