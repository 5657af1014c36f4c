package org.resnet4j.arch;

import java.util.Arrays;
import java.util.Optional;
import org.resnet4j.arch.Shortcut.ZeroPadded.Side;

/**
 * Which shortcuts a whole network has; arXiv 1512.03385, section 4.1, "Identity vs. Projection
 * Shortcuts".
 */
public enum ShortcutOption {
  /** Zeros for added channels, split around; no parameters. */
  A,
  /** Zeros for added channels, all after; no parameters. */
  A_AFTER,
  /** 1x1 projections where the shape changes, identity elsewhere. */
  B,
  /** 1x1 projections everywhere. */
  C,
  /** An average pool and a 1x1 projection where the shape changes: ResNet-D. */
  D,
  /** No shortcut anywhere: the plain twin. */
  PLAIN;

  /** The shortcut for a block of these channels and this stride. */
  public Shortcut between(int in, int out, int stride) {
    boolean same = in == out && stride == 1;
    return switch (this) {
      case PLAIN -> new Shortcut.None();
      case C -> Shortcut.Projection.of1x1(stride);
      case B -> same ? new Shortcut.Identity() : Shortcut.Projection.of1x1(stride);
      case D -> same ? new Shortcut.Identity() : new Shortcut.PooledProjection(stride);
      case A -> same ? new Shortcut.Identity() : new Shortcut.ZeroPadded(Side.AROUND);
      case A_AFTER -> same ? new Shortcut.Identity() : new Shortcut.ZeroPadded(Side.AFTER);
    };
  }

  static Optional<ShortcutOption> ofSuffix(String suffix) {
    return Arrays.stream(values()).filter(option -> option.suffix().equals(suffix)).findFirst();
  }

  /** The suffix in a network's name. */
  String suffix() {
    return switch (this) {
      case A -> "-a";
      case A_AFTER -> "-a-after";
      case B -> "-b";
      case C -> "-c";
      case D -> "-d";
      case PLAIN -> "-plain";
    };
  }
}
