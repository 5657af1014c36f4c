package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;

/** Stages of equal blocks, as every network of the catalogue has them. */
final class Stages {
  private Stages() {}

  /** Makes the block that has these channels, step and shortcut. */
  interface Maker {
    Block make(int in, int out, int stride, Shortcut shortcut);
  }

  /** A stage whose first block goes from {@code in} to {@code out} channels with the step. */
  static Stage of(int in, int out, int count, int stride, ShortcutOption option, Maker maker) {
    List<Block> blocks = new ArrayList<>();
    for (int b = 0; b < count; b++) {
      int from = b == 0 ? in : out;
      int step = b == 0 ? stride : 1;
      blocks.add(maker.make(from, out, step, option.between(from, out, step)));
    }
    return new Stage(blocks);
  }
}
