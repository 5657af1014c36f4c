package org.resnet4j.nn.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * Primitives in the order in which they run, forward and then back, and the memory between them.
 *
 * <p>A piece of memory is needed from the first step that names it to the last; {@link #complete}
 * lets pieces that are never needed at one time lie in one place. Activations that the way back
 * reads are therefore kept, and nothing else is.
 */
final class Program implements AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final engine cpu;
  private final stream queue;
  private final List<Pointer> owned = new ArrayList<>();
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private int turn = -1;
  private long bytes;
  private long[] nanos = {};
  private int watched;

  /**
   * A primitive with its arguments.
   *
   * @param operator what it does
   * @param layer whose
   * @param shape of what it makes or reads
   * @param code what oneDNN calls the code that it chose
   */
  private record Step(
      String operator,
      String layer,
      String shape,
      String code,
      primitive work,
      IntMemoryMap arguments) {}

  Program() {
    try (PointerScope scope = new PointerScope()) {
      cpu = own(new engine(engine.kind.cpu, 0));
      queue = own(new stream(cpu));
    }
  }

  engine cpu() {
    return cpu;
  }

  /** Closes the pointer with the program. */
  <P extends Pointer> P own(P pointer) {
    pointer.retainReference();
    owned.add(pointer);
    return pointer;
  }

  /** What primitives of a program need to be given: where to keep their scratch. */
  primitive_attr attributes() {
    primitive_attr attributes = new primitive_attr();
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    return attributes;
  }

  /** New feature maps, channels-last. */
  Values maps(data_type type, long... dims) {
    try (PointerScope scope = new PointerScope()) {
      return values(new memory.desc(dims, type, format_tag.nhwc), dims);
    }
  }

  /** New values in a layout that a primitive wants. */
  Values values(memory.desc layout, long... dims) {
    return in(piece(layout.get_size(), false), layout, dims);
  }

  /** Values whose address comes from outside. */
  Values lent(memory.desc layout, long... dims) {
    return in(piece(layout.get_size(), true), layout, dims);
  }

  /** What a primitive leaves for its way back; nothing if it leaves nothing. */
  Map<Integer, Values> workspace(memory.desc layout) {
    return layout.get_size() == 0
        ? Map.of()
        : Map.of(DNNL_ARG_WORKSPACE, values(layout, layout.get_size()));
  }

  private Piece piece(long size, boolean lent) {
    Piece piece = new Piece(size, lent);
    pieces.add(piece);
    return piece;
  }

  /** Another look at what lies there. */
  Values in(Piece piece, memory.desc layout, long... dims) {
    memory.desc kept = own(new memory.desc(layout));
    memory view = own(new memory(kept, cpu, (Pointer) null));
    piece.add(view);
    return new Values(piece, dims, kept, view);
  }

  /** Values that never change. */
  Values constant(float[] numbers, memory.desc plain, memory.desc layout, long... dims) {
    Values constant = lent(layout, dims);
    try (PointerScope scope = new PointerScope();
        BytePointer rows = allocate(plain.get_size())) {
      rows.asByteBuffer().order(java.nio.ByteOrder.nativeOrder()).asFloatBuffer().put(numbers);
      memory from = new memory(plain, cpu, rows);
      constant.piece().lieAt(own(allocate(layout.get_size())));
      IntMemoryMap arguments = new IntMemoryMap();
      arguments.put(DNNL_ARG_FROM, from);
      arguments.put(DNNL_ARG_TO, constant.view());
      new reorder(from, constant.view()).execute(queue, arguments);
      queue._wait();
    }
    return constant;
  }

  /** Memory that begins where vectors of the processor do. */
  static BytePointer allocate(long size) {
    BytePointer whole = new BytePointer(size + ALIGNMENT);
    long ahead = -whole.address() & (ALIGNMENT - 1);
    return whole.position(ahead).limit(ahead + size);
  }

  void add(
      String operator,
      String layer,
      String shape,
      primitive work,
      primitive_desc_base description,
      Map<Integer, Values> values) {
    Map<Integer, Values> all = new HashMap<>(values);
    memory.desc scratch = description.scratchpad_desc();
    if (scratch.get_size() > 0) {
      all.put(DNNL_ARG_SCRATCHPAD, values(scratch, scratch.get_size()));
    }
    IntMemoryMap arguments = own(new IntMemoryMap());
    all.forEach(
        (argument, value) -> {
          value.piece().neededBy(steps.size());
          arguments.put(argument, value.view());
        });
    try (BytePointer code = description.impl_info_str()) {
      steps.add(new Step(operator, layer, shape, code.getString(), own(work), arguments));
    }
  }

  /** What is added from here on belongs to the way back. */
  void turn() {
    turn = steps.size();
  }

  /** Keeps values at least until the way forward has ended. */
  void keepToTurn(Values values) {
    values.piece().neededBy(turn - 1);
  }

  /**
   * Finds each piece its place: largest first, at the lowest address where it meets no other.
   *
   * @return how many bytes the program needs
   */
  long complete() {
    List<Piece> placed = new ArrayList<>();
    List<Piece> open =
        pieces.stream()
            .filter(piece -> !piece.lent() && piece.last() >= 0)
            .sorted(Comparator.comparingLong(Piece::bytes).reversed())
            .toList();
    for (Piece piece : open) {
      long offset = 0;
      // Placed pieces are in the order of their addresses.
      for (Piece other : placed) {
        if (other.meets(piece)) {
          if (offset + piece.bytes() <= other.offset()) {
            break;
          }
          offset = Math.max(offset, aligned(other.offset() + other.bytes()));
        }
      }
      piece.place(offset);
      placed.add(piece);
      placed.sort(Comparator.comparingLong(Piece::offset));
      bytes = Math.max(bytes, offset + piece.bytes());
    }
    nanos = new long[steps.size()];
    return bytes;
  }

  private static long aligned(long offset) {
    return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** How many bytes the program needs. */
  long bytes() {
    return bytes;
  }

  /** Gives the program its memory, of {@link #bytes} or more. */
  void lieAt(BytePointer memory) {
    for (Piece piece : pieces) {
      if (!piece.lent() && piece.last() >= 0) {
        piece.lieAt(at(memory, piece));
      }
    }
  }

  /** Where a piece lies in the program's memory. */
  BytePointer at(BytePointer memory, Piece piece) {
    return new BytePointer(memory)
        .position(memory.position() + piece.offset())
        .limit(memory.position() + piece.offset() + piece.bytes());
  }

  void forward(boolean watch) {
    run(0, turn, watch);
  }

  void back(boolean watch) {
    run(turn, steps.size(), watch);
    watched += watch ? 1 : 0;
  }

  private void run(int from, int to, boolean watch) {
    for (int i = from; i < to; i++) {
      Step step = steps.get(i);
      long began = watch ? System.nanoTime() : 0;
      step.work().execute(queue, step.arguments());
      if (watch) {
        queue._wait();
        nanos[i] += System.nanoTime() - began;
      }
    }
    queue._wait();
  }

  /** Mean times of the steps that were watched since the last call, in the order they run. */
  List<OperatorTime> times() {
    long all = 0;
    for (long one : nanos) {
      all += one;
    }
    List<OperatorTime> times = new ArrayList<>();
    for (int i = 0; i < nanos.length && watched > 0; i++) {
      Step step = steps.get(i);
      times.add(
          new OperatorTime(
              i >= turn,
              step.operator(),
              step.layer(),
              step.shape(),
              step.code(),
              nanos[i] / 1e9 / watched,
              (double) nanos[i] / all));
    }
    nanos = new long[steps.size()];
    watched = 0;
    return times;
  }

  @Override
  public void close() {
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).close();
    }
    owned.clear();
  }
}
