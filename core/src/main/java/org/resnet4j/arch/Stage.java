package org.resnet4j.arch;

import java.util.List;

/**
 * Blocks that work at one resolution; the first may change it.
 *
 * @param blocks at least one, in order
 */
public record Stage(List<Block> blocks) {
  /** Throws {@link IllegalArgumentException} if there is no block. */
  public Stage {
    blocks = List.copyOf(blocks);
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException("a stage needs at least one block");
    }
  }

  public static Stage of(Block... blocks) {
    return new Stage(List.of(blocks));
  }

  /** How many pixels of its input lie between two of its output; at most the range of int. */
  public int stride() {
    long stride = 1;
    for (Block block : blocks) {
      stride = Math.min(stride * block.stride(), Integer.MAX_VALUE);
    }
    return (int) stride;
  }
}
