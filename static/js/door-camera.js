// The camera, where the browser reads codes by itself; else it says so, and the code can be typed.

const LOOK_EVERY = 200; // milliseconds
const SAME_AGAIN = 5_000; // a ticket held before the camera is one scan

class Camera {
  constructor(video, says, found) {
    Object.assign(this, { video, says, found, last: "", lastAt: 0 });
  }

  static async canRead() {
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return false;
    return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
  }

  async start(words) {
    this.video.hidden = true;
    this.says.textContent = words.no_camera;
    if (!(await Camera.canRead())) return;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      this.says.textContent = words.camera_refused;
      return;
    }
    this.says.textContent = words.scanning;
    this.video.srcObject = this.stream;
    this.video.hidden = false;
    await this.video.play();
    this.detector = new BarcodeDetector({ formats: ["qr_code"] });
    this.timer = setInterval(() => this.look(), LOOK_EVERY);
  }

  async look() {
    if (this.video.readyState < 2) return;
    const [code] = await this.detector.detect(this.video).catch(() => []);
    if (!code) return;
    const isSame = code.rawValue === this.last && Date.now() - this.lastAt < SAME_AGAIN;
    Object.assign(this, { last: code.rawValue, lastAt: Date.now() });
    if (!isSame) this.found(code.rawValue);
  }

  stop() {
    clearInterval(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
  }
}
