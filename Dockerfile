# Two stages: a wheel is built and installed, then the environment alone is kept, without source.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE ./
COPY api ./api
COPY models ./models
COPY rcc_forecast ./rcc_forecast
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock \
 && /opt/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --uid 10001 rcc && mkdir /srv/data && chown rcc /srv/data
COPY --from=build /opt/venv /opt/venv
COPY sample_data /srv/sample_data
ENV PATH=/opt/venv/bin:$PATH RCC_DATA=/srv/data
WORKDIR /srv
USER 10001
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live')"]
CMD ["rcc-forecast", "serve", "--host", "0.0.0.0", "--port", "8000"]
