package org.resnet4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Conversions; the numbers are PyTorch's. */
class TensorEntryTest {
  /**
   * {@code x = torch.arange(65536).to(torch.int32).to(torch.int16).view(torch.float16).float()},
   * then {@code zlib.crc32(x[~x.isnan()].numpy().tobytes())}, PyTorch 2.15; for 16-bit floats of
   * the other kind with {@code torch.bfloat16}.
   */
  private static final long HALVES = 1487021387L;

  private static final long BRAIN_FLOATS = 531439750L;

  @Test
  void widens_every_half_as_pytorch_does() {
    assertThat(checksumOfAll(DType.F16)).isEqualTo(HALVES);
  }

  @Test
  void widens_every_bfloat16_as_pytorch_does() {
    assertThat(checksumOfAll(DType.BF16)).isEqualTo(BRAIN_FLOATS);
  }

  @Test
  void keeps_halves_that_are_no_number_so() {
    ByteBuffer data = ByteBuffer.wrap(new byte[] {1, 0x7c, 0, (byte) 0xfe});
    assertThat(new TensorEntry("h", DType.F16, List.of(2L), data).floats())
        .containsExactly(Float.NaN, Float.NaN);
  }

  @Test
  void rounds_doubles_to_the_nearest_float_and_ties_to_even() {
    double[] doubles = {0.1, 1e300, -1e-300, 1 + 0x1p-24, 1 + 0x3p-24, Double.NaN};
    ByteBuffer data = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    data.asDoubleBuffer().put(doubles);
    assertThat(new TensorEntry("d", DType.F64, List.of(6L), data).floats())
        .containsExactly(
            0.1f, Float.POSITIVE_INFINITY, -0f, 1f, Math.nextUp(Math.nextUp(1f)), Float.NaN);
  }

  @Test
  void gives_floats_only_of_real_numbers() {
    assertThatThrownBy(() -> TensorEntry.ofLong("n", 1).floats())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("n: values are I64, not real");
  }

  private static long checksumOfAll(DType dtype) {
    ByteBuffer data = ByteBuffer.allocate(1 << 17).order(ByteOrder.LITTLE_ENDIAN);
    for (int bits = 0; bits < 1 << 16; bits++) {
      data.putShort((short) bits);
    }
    float[] values = new TensorEntry("all", dtype, List.of(65536L), data.flip()).floats();
    ByteBuffer floats = ByteBuffer.allocate(1 << 18).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      if (!Float.isNaN(value)) {
        floats.putFloat(value);
      }
    }
    CRC32 sum = new CRC32();
    sum.update(floats.flip());
    return sum.getValue();
  }
}
