"""The camera of the tests shows what it is told."""

from tests.browser import qr_video

# Bands of light and dark along the middle of the picture, as a page sees its camera.
_LOOK = """
async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ video: true });
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = stream;
  await video.play();
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0);
  stream.getTracks().forEach((track) => track.stop());
  const row = pen.getImageData(0, canvas.height / 2, canvas.width, 1).data;
  let changes = 0;
  for (let x = 1; x < canvas.width; x++) {
    if (Math.abs(row[4 * x] - row[4 * x - 4]) > 100) changes += 1;
  }
  return changes;
}
"""


async def test_camera_shows_the_film_that_was_made_last(stage, screens, made_ward):
    # A camera is for pages of a safe origin only, which an empty page is not.
    screen = await screens.open(made_ward, path="/sign-in")
    await screen.context.grant_permissions(["camera"])
    qr_video.show(stage.video, None)
    assert await screen.page.evaluate(_LOOK) == 0
    qr_video.show(stage.video, "P-00001000")
    assert await screen.page.evaluate(_LOOK) > 5
