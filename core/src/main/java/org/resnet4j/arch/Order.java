package org.resnet4j.arch;

/**
 * Where norm and ReLU stand in a unit; arXiv 1603.05027, figure 4 and table 2.
 *
 * <p>{@code C} is a convolution of the branch, {@code N} a norm, {@code R} a ReLU and {@code +} the
 * addition of the shortcut.
 */
public enum Order {
  /** C N R C N + R, as in arXiv 1512.03385. */
  ORIGINAL("original"),
  /** C N R C + N R. */
  NORM_AFTER_ADDITION("norm-after-addition"),
  /** C N R C N R +. */
  RELU_BEFORE_ADDITION("relu-before-addition"),
  /** R C N R C N +. */
  RELU_ONLY_PRE_ACTIVATION("relu-only-pre-activation"),
  /**
   * N R C N R C +: "v2". What stands before the branch also stands before a shortcut that changes
   * the shape.
   */
  PRE_ACTIVATION("pre-activation");

  private final String id;

  Order(String id) {
    this.id = id;
  }

  /** As files write it. */
  public String id() {
    return id;
  }
}
