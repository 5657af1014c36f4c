package org.resnet4j.nn.plan;

import org.jspecify.annotations.Nullable;

/**
 * Which gradient by its input a layer is asked for on the way back.
 *
 * @param any whether one at all
 * @param onto an overwritable one that it is to be added to, in its place
 */
record Wanted(boolean any, @Nullable Gradient onto) {
  static final Wanted NOTHING = new Wanted(false, null);
  static final Wanted ALONE = new Wanted(true, null);

  static Wanted onto(Gradient other) {
    return new Wanted(true, other);
  }
}
