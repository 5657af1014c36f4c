package org.resnet4j.nn.plan;

/**
 * The gradient of the loss by some feature maps, on its way back.
 *
 * @param overwritable whether nobody else reads it afterwards
 */
record Gradient(Values values, boolean overwritable) {
  Gradient shared() {
    return new Gradient(values, false);
  }
}
