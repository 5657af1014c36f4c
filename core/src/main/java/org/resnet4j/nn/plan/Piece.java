package org.resnet4j.nn.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory that a program needs from one step to another, or that somebody else lends it.
 *
 * <p>Its address is given last, when it is known which pieces are never needed at one time.
 */
final class Piece {
  private final long bytes;
  private final boolean lent;
  private final List<memory> views = new ArrayList<>();
  private int first = Integer.MAX_VALUE;
  private int last = -1;
  private long offset;
  private long address;

  /**
   * A piece.
   *
   * @param lent whether its address comes from outside
   */
  Piece(long bytes, boolean lent) {
    this.bytes = bytes;
    this.lent = lent;
  }

  long bytes() {
    return bytes;
  }

  boolean lent() {
    return lent;
  }

  /** The first step that needs it. */
  int first() {
    return first;
  }

  /** The last step that needs it. */
  int last() {
    return last;
  }

  /** Where it begins in the program's memory. */
  long offset() {
    return offset;
  }

  void place(long where) {
    offset = where;
  }

  void add(memory view) {
    views.add(view);
  }

  void neededBy(int step) {
    first = Math.min(first, step);
    last = Math.max(last, step);
  }

  boolean meets(Piece other) {
    return first <= other.last && other.first <= last;
  }

  /**
   * Tells all views where the values are, by a pointer to bytes.
   *
   * @return whether they did not know
   */
  boolean lieAt(Pointer where) {
    long begin = where.address() + where.position();
    if (begin == address) {
      return false;
    }
    address = begin;
    for (memory view : views) {
      view.set_data_handle(where);
    }
    return true;
  }
}
